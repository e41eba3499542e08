/** How fresh each node of a Flow is, from what it reads: pure, over nodes and edges. */

export type Freshness = 'fresh' | 'stale' | 'never' | 'none';

export type Dated = {
  readonly key: string;
  readonly name: string;
  /** When its rows were last written; null: never. */
  readonly writtenAt: Date | null;
  /** When its definition was last changed; null: it does not matter. */
  readonly changedAt: Date | null;
  /** It shows what it reads as it is, so that only that can be stale. */
  readonly isView: boolean;
};

export type Edge = {
  readonly from: string;
  readonly to: string;
  /** `reads`: `to` reads `from`; `writes`: `from` writes `to`, with which it is of one age. */
  readonly kind: 'reads' | 'writes';
};

export type Judged = {
  /** `none`: a view that reads nothing of the project. */
  readonly freshness: Freshness;
  /** Why it is stale, in words for a person; null: it is not. */
  readonly why: string | null;
};

/** A node is stale when something that it reads was written after it, is stale itself, or was never written; and
 *  when its definition was changed after it was written. Cycles do no harm: a node that is being judged counts as
 *  fresh for those behind it. */
export function judge(nodes: readonly Dated[], edges: readonly Edge[]): Map<string, Judged> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const into = Map.groupBy(
    edges.filter(({ from, to }) => byKey.has(from) && byKey.has(to)),
    ({ to }) => to,
  );
  const judged = new Map<string, Judged>();
  const open = new Set<string>();

  const look = (node: Dated): Judged => {
    const known = judged.get(node.key);
    if (known) return known;
    if (open.has(node.key)) return { freshness: 'fresh', why: null };
    open.add(node.key);
    const result = decide(node, into.get(node.key) ?? []);
    open.delete(node.key);
    judged.set(node.key, result);
    return result;
  };

  const decide = (node: Dated, edgesIn: readonly Edge[]): Judged => {
    const { writtenAt, changedAt, isView } = node;
    if (isView && edgesIn.length === 0) return { freshness: 'none', why: null };
    if (!isView && writtenAt === null) return { freshness: 'never', why: null };
    if (changedAt !== null && writtenAt !== null && changedAt > writtenAt) {
      return { freshness: 'stale', why: 'it was changed after it was last built' };
    }
    for (const { from, kind } of edgesIn) {
      const source = byKey.get(from)!;
      const { freshness } = look(source);
      if (freshness === 'never') {
        if (kind === 'writes') continue;
        return { freshness: 'stale', why: `${source.name} was never written` };
      }
      if (freshness === 'stale') return { freshness, why: `${source.name} is stale` };
      const isNewer =
        kind === 'reads' && !isView && source.writtenAt !== null && source.writtenAt > writtenAt!;
      if (isNewer) return { freshness: 'stale', why: `${source.name} was written after it` };
    }
    return { freshness: 'fresh', why: null };
  };

  for (const node of nodes) look(node);
  return judged;
}
