/** Where the steps of a scenario lie in their picture, and the lines between them. Neighbours that are parallel are one
 *  stage: the line fans out to them and joins behind them. All in CSS px. */

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
};

export type StepLayout = {
  readonly width: number;
  readonly height: number;
  /** By the place of the step. */
  readonly boxes: readonly Box[];
  /** Around the steps of each parallel stage. */
  readonly groups: readonly (Box & { readonly first: number; readonly last: number })[];
  /** SVG paths, each ending in an arrow where `arrow`. */
  readonly lines: readonly { readonly d: string; readonly arrow: boolean }[];
};

export type Stage = { readonly first: number; readonly last: number };

/** Which steps go together. */
export function stagesOf(steps: readonly { readonly parallel: boolean }[]): Stage[] {
  const stages: { first: number; last: number }[] = [];
  for (const [at, { parallel }] of steps.entries()) {
    const before = stages.at(-1);
    if (before && parallel && steps[at - 1]!.parallel) before.last = at;
    else stages.push({ first: at, last: at });
  }
  return stages;
}

const MIN_W = 184;
const MAX_W = 264;
const GAP_X = 52;
const GAP_Y = 10;
const ROW_GAP = 44;
const PAD = 14;
// Above the steps of a group stands what it is.
const HEAD = 22;
const FOOT = 8;

/** @param height of a step's box. */
export function layoutSteps(stages: readonly Stage[], width: number, height: number): StepLayout {
  const columns = Math.floor((width - 2 * PAD + GAP_X) / (MIN_W + GAP_X));
  return columns < 2
    ? oneColumn(stages, width, height)
    : rows(stages, width, height, Math.min(columns, stages.length));
}

const sizeOf = ({ first, last }: Stage) => last - first + 1;
const heightOf = (stage: Stage, height: number) => sizeOf(stage) * (height + GAP_Y) - GAP_Y;

/** Left to right, then the next row, as one reads. */
function rows(
  stages: readonly Stage[],
  width: number,
  height: number,
  columns: number,
): StepLayout {
  const fitting = (width - 2 * PAD - (columns - 1) * GAP_X) / columns;
  const w = Math.min(MAX_W, Math.floor(fitting));
  const boxes: Box[] = [];
  const groups: StepLayout['groups'][number][] = [];
  const lines: StepLayout['lines'][number][] = [];
  let y = PAD;
  let before: Port[] | null = null;
  for (let start = 0; start < stages.length; start += columns) {
    const row = stages.slice(start, start + columns);
    const rowHeight = Math.max(...row.map((stage) => heightOf(stage, height)));
    const hasGroup = row.some((stage) => sizeOf(stage) > 1);
    const rowTop = y;
    if (hasGroup) y += HEAD;
    const middle = y + rowHeight / 2;
    for (const [column, stage] of row.entries()) {
      const x = PAD + column * (w + GAP_X);
      const top = middle - heightOf(stage, height) / 2;
      const ports: Port[] = [];
      for (let n = 0; n < sizeOf(stage); n += 1) {
        const box = { x, y: top + n * (height + GAP_Y), w, h: height };
        boxes.push(box);
        ports.push({ left: x, right: x + w, y: box.y + height / 2 });
      }
      if (sizeOf(stage) > 1) {
        groups.push(around(x, top, w, heightOf(stage, height), stage));
      }
      if (before) {
        if (column > 0) lines.push(...join(before, ports, middle));
        else lines.push(...wrap(before, ports, rowTop - ROW_GAP / 2));
      }
      before = ports;
    }
    y += rowHeight + (hasGroup ? FOOT : 0) + ROW_GAP;
  }
  return { width, height: y - ROW_GAP + PAD, boxes, groups, lines };
}

const around = (x: number, y: number, w: number, h: number, stage: Stage) => ({
  ...{ x: x - 8, y: y - HEAD, w: w + 16, h: h + HEAD + FOOT },
  ...stage,
});

type Port = { readonly left: number; readonly right: number; readonly y: number };

const middleOf = (ports: readonly Port[]) => (ports[0]!.y + ports.at(-1)!.y) / 2;

/** From all of one stage to one point, and from there to all of the next. */
function join(from: readonly Port[], to: readonly Port[], y: number): StepLayout['lines'] {
  const [x0, x1] = [from[0]!.right, to[0]!.left];
  const x = (x0 + x1) / 2;
  if (from.length === 1 && to.length === 1) return [{ d: `M${x0},${y}H${x1 - 2}`, arrow: true }];
  return [
    ...from.map((port) => ({ d: curve(x0, port.y, x, y), arrow: false })),
    ...to.map((port) => ({ d: curve(x, y, x1 - 2, port.y), arrow: true })),
  ];
}

const curve = (x0: number, y0: number, x1: number, y1: number) =>
  y0 === y1
    ? `M${x0},${y0}H${x1}`
    : `M${x0},${y0}C${(x0 + x1) / 2},${y0} ${(x0 + x1) / 2},${y1} ${x1},${y1}`;

/** Down between two rows and back to the left. */
function wrap(from: readonly Port[], to: readonly Port[], between: number): StepLayout['lines'] {
  const [y0, y1] = [middleOf(from), middleOf(to)];
  const [x0, x1] = [from[0]!.right, to[0]!.left];
  const right = x0 + PAD - 3;
  const left = x1 - PAD + 3;
  const r = 8;
  const back = `H${right - r}Q${right},${y0} ${right},${y0 + r}V${between - r}Q${right},${between} ${right - r},${between}H${left + r}Q${left},${between} ${left},${between + r}`;
  const lines = from.map((port) => ({
    d: port.y === y0 ? `M${x0},${y0}` : curve(x0, port.y, right - r, y0),
    arrow: false,
  }));
  const start = from.length === 1 ? `M${x0},${y0}` : `M${right - r},${y0}`;
  if (to.length === 1) {
    const end = `V${y1 - r}Q${left},${y1} ${x1 - 2},${y1}`;
    return [...lines, { d: `${start}${back}${end}`, arrow: true }];
  }
  return [
    ...lines,
    { d: `${start}${back}V${to.at(-1)!.y - r}`, arrow: false },
    ...to.map(({ y }) => ({ d: `M${left},${y - r}Q${left},${y} ${x1 - 2},${y}`, arrow: true })),
  ];
}

/** Top to bottom along a rail at the left; the rail parts before a group and joins behind it. */
function oneColumn(stages: readonly Stage[], width: number, height: number): StepLayout {
  const rail = 8;
  const branch = rail + 18;
  const boxes: Box[] = [];
  const groups: StepLayout['groups'][number][] = [];
  const lines: StepLayout['lines'][number][] = [];
  let y = 4;
  let railFrom: number | null = null;
  for (const stage of stages) {
    const isGroup = sizeOf(stage) > 1;
    if (isGroup) y += HEAD;
    const x = (isGroup ? branch : rail) + 16;
    const centres: number[] = [];
    for (let n = 0; n < sizeOf(stage); n += 1) {
      boxes.push({ x, y, w: width - x - (isGroup ? 8 : 0), h: height });
      centres.push(y + height / 2);
      y += height + GAP_Y;
    }
    const [top, bottom] = [centres[0]!, centres.at(-1)!];
    if (railFrom !== null) lines.push({ d: `M${rail},${railFrom}V${top - 16}`, arrow: false });
    if (isGroup) {
      groups.push(around(x, boxes[stage.first]!.y, width - x - 8, heightOf(stage, height), stage));
      if (railFrom !== null) {
        lines.push({ d: `M${rail},${top - 16}Q${rail},${top} ${branch},${top}`, arrow: false });
      }
      lines.push({ d: `M${branch},${top}V${bottom}`, arrow: false });
      lines.push({
        d: `M${branch},${bottom}Q${rail},${bottom} ${rail},${bottom + 16}`,
        arrow: false,
      });
      for (const centre of centres) lines.push({ d: `M${branch},${centre}H${x - 2}`, arrow: true });
      railFrom = bottom + 16;
      y += FOOT;
    } else {
      if (railFrom !== null) lines.push({ d: `M${rail},${top - 16}V${top}`, arrow: false });
      lines.push({ d: `M${rail},${top}H${x - 2}`, arrow: true });
      railFrom = top;
    }
  }
  // Behind the last stage nothing follows.
  const last = stages.at(-1);
  if (last && sizeOf(last) > 1) lines.splice(-sizeOf(last) - 1, 1);
  return { width, height: y, boxes, groups, lines };
}
