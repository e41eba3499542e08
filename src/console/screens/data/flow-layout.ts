/** Where the nodes and lines of a Flow lie: columns from left to right, each node right of all that it comes from, and
 *  within a column near its neighbours. Pure; the same graph always lies the same way. */

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
};
export type GraphEdge = { readonly from: string; readonly to: string };
export type Layout = {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly { readonly key: string; readonly d: string }[];
  /** The keys by column, from the top: for moving by arrow keys. */
  readonly columns: readonly (readonly string[])[];
};

export const NODE = { w: 216, h: 60 };
const GAP_X = 76;
const GAP_Y = 18;
// A line that passes a column takes this much room in it.
const PASS_H = 10;
const SWEEPS = 6;

/** An entry of a column: a node, or the place where a long line passes. */
type Item = { readonly key: string; readonly isNode: boolean; y: number };

export function layoutFlow(keys: readonly string[], all: readonly GraphEdge[]): Layout {
  const known = new Set(keys);
  const edges = all.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to);
  const column = columnsOf(keys, edges);
  const count = Math.max(0, ...column.values()) + 1;
  const columns: Item[][] = Array.from({ length: count }, () => []);
  for (const key of keys) columns[column.get(key)!]!.push({ key, isNode: true, y: 0 });

  const routes = edges.map((edge) => {
    const from = column.get(edge.from)!;
    const to = column.get(edge.to)!;
    const passes: Item[] = [];
    for (let at = from + 1; at < to; at += 1) {
      const item = { key: `${edge.from}>${edge.to}@${at}`, isNode: false, y: 0 };
      columns[at]!.push(item);
      passes.push(item);
    }
    return { edge, passes, isBack: to <= from };
  });
  order(columns, routes);

  const heights = columns.map((items) => place(items));
  const height = Math.max(...heights, NODE.h);
  // Columns stand around one middle.
  for (const [at, items] of columns.entries()) {
    for (const item of items) item.y += (height - heights[at]!) / 2;
  }
  const x = (at: number) => at * (NODE.w + GAP_X);
  const boxes = new Map<string, Box>();
  for (const [at, items] of columns.entries()) {
    for (const item of items.filter(({ isNode }) => isNode)) {
      boxes.set(item.key, { x: x(at), y: item.y, ...NODE });
    }
  }
  const lines = routes.map(({ edge, passes, isBack }) => ({
    key: `${edge.from} ${edge.to}`,
    d: lineOf(boxes.get(edge.from)!, boxes.get(edge.to)!, passes, column.get(edge.from)!, isBack),
  }));
  return {
    width: x(count - 1) + NODE.w,
    height,
    boxes,
    lines,
    columns: columns.map((items) => items.filter(({ isNode }) => isNode).map(({ key }) => key)),
  };
}

/** The longest way to each from something that comes from nothing. In a circle the edge that closes it is left out. */
function columnsOf(keys: readonly string[], edges: readonly GraphEdge[]): Map<string, number> {
  const into = Map.groupBy(edges, ({ to }) => to);
  const found = new Map<string, number>();
  const open = new Set<string>();
  const look = (key: string): number => {
    const known = found.get(key);
    if (known !== undefined) return known;
    open.add(key);
    let at = 0;
    for (const { from } of into.get(key) ?? [])
      if (!open.has(from)) at = Math.max(at, look(from) + 1);
    open.delete(key);
    found.set(key, at);
    return at;
  };
  for (const key of keys) look(key);
  return found;
}

type Route = {
  readonly edge: GraphEdge;
  readonly passes: readonly Item[];
  readonly isBack: boolean;
};

/** Puts each item near the middle of its neighbours, forth and back. */
function order(columns: Item[][], routes: readonly Route[]): void {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  for (const { edge, passes, isBack } of routes) {
    if (isBack) continue;
    const way = [edge.from, ...passes.map(({ key }) => key), edge.to];
    for (let n = 1; n < way.length; n += 1) {
      before.getOrInsertComputed(way[n]!, () => []).push(way[n - 1]!);
      after.getOrInsertComputed(way[n - 1]!, () => []).push(way[n]!);
    }
  }
  const sweep = (items: Item[], beside: Item[] | undefined, links: Map<string, string[]>) => {
    if (!beside) return;
    const rank = new Map(beside.map(({ key }, n) => [key, n]));
    const middle = (item: Item, n: number) => {
      const ranks = (links.get(item.key) ?? []).flatMap((key) => rank.get(key) ?? []);
      if (ranks.length === 0) return (n / Math.max(1, items.length)) * beside.length;
      return ranks.reduce((sum, each) => sum + each, 0) / ranks.length;
    };
    const at = new Map(items.map((item, n) => [item, middle(item, n)]));
    items.sort((a, b) => at.get(a)! - at.get(b)!);
  };
  for (let n = 0; n < SWEEPS; n += 1) {
    for (let at = 1; at < columns.length; at += 1) sweep(columns[at]!, columns[at - 1], before);
    for (let at = columns.length - 2; at >= 0; at -= 1) {
      sweep(columns[at]!, columns[at + 1], after);
    }
  }
}

/** Below each other. @returns how high the column is. */
function place(items: Item[]): number {
  let y = 0;
  for (const item of items) {
    item.y = y;
    y += (item.isNode ? NODE.h : PASS_H) + GAP_Y;
  }
  return Math.max(0, y - GAP_Y);
}

function lineOf(
  from: Box,
  to: Box,
  passes: readonly Item[],
  column: number,
  isBack: boolean,
): string {
  const start = { x: from.x + from.w, y: from.y + from.h / 2 };
  const end = { x: to.x, y: to.y + to.h / 2 };
  if (isBack) {
    const below = Math.max(from.y + from.h, to.y + to.h) + GAP_Y / 2;
    return `M${start.x},${start.y} C${start.x + 40},${below} ${end.x - 40},${below} ${end.x},${end.y}`;
  }
  let d = `M${start.x},${start.y}`;
  let last = start;
  const bend = (point: { x: number; y: number }) => {
    const half = (point.x - last.x) / 2;
    d += ` C${last.x + half},${last.y} ${point.x - half},${point.y} ${point.x},${point.y}`;
    last = point;
  };
  for (const [n, pass] of passes.entries()) {
    const x = (column + 1 + n) * (NODE.w + GAP_X);
    const y = pass.y + PASS_H / 2;
    bend({ x, y });
    d += ` L${x + NODE.w},${y}`;
    last = { x: x + NODE.w, y };
  }
  bend(end);
  return d;
}
