/** Which cells of the matrix changed, without a word about it in the notifications: what the last looks did not see. */
import { row } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import { LOOK, MAX_CELLS } from './template-changes.sql.ts';
import type { Look } from './template-changes.sql.ts';

// A look about one template sees the commits of others whose notifications are still under way: what it saw is no news
// only once those must have come. They come within milliseconds, and a lost connection is told as "many".
const UNDER_WAY_MS = 5_000;

type Cell = Look['cells'][number];
type Told = Pick<Cell, 'row' | 'configuration'> & { readonly atMs: number };
type Seen = { readonly horizon: string; readonly atMs: number };

export type Asked = {
  readonly templates: readonly number[];
  readonly scenarios: readonly number[];
  readonly orgs: readonly number[];
};

/** A function that answers what is new about templates and scenarios since it was last asked about them, each change
 *  once; `many` where there is too much to name. */
export function templateLook(pool: Pool) {
  /** Oldest first; the first one is older than what may be under way. */
  let seen: Seen[] = [];
  let told = new Map<string, Told>();

  return async ({ templates, scenarios, orgs }: Asked): Promise<Look | 'many'> => {
    const values = [templates, scenarios, seen[0]?.horizon ?? null, orgs];
    const found = (await row(pool, LOOK, values))!;
    const nowMs = performance.now();
    seen.push({ horizon: found.horizon, atMs: nowMs });
    const settled = seen.findLastIndex(({ atMs }) => atMs < nowMs - UNDER_WAY_MS);
    seen = seen.slice(Math.max(settled, 0));
    if (found.cells.length === MAX_CELLS) return 'many';

    const cells = found.cells.filter((cell) => isNew(cell, told.get(keyOf(cell))));
    for (const cell of cells) {
      const before = told.get(keyOf(cell));
      told.set(keyOf(cell), {
        row: cell.row ?? before?.row ?? null,
        configuration: cell.configuration ?? before?.configuration ?? null,
        atMs: nowMs,
      });
    }
    const oldest = seen[0]!.atMs;
    told = new Map(told.entries().filter(([, { atMs }]) => atMs >= oldest));
    return { ...found, cells };
  };
}

const keyOf = ({ templateId, projectId }: Cell) => `${templateId}:${projectId}`;

function isNew({ row: written, configuration }: Cell, told: Told | undefined): boolean {
  if (told === undefined) return true;
  return (
    (written !== null && written !== told.row) ||
    (configuration !== null && configuration !== told.configuration)
  );
}
