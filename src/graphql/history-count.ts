/** How long a history is, as far as anybody wants to know: one statement for all whose history is asked for, and a
 *  million runs cost no more than ten thousand. */
import DataLoader from 'dataloader';
import { MAX_COUNTED_RUNS } from '#domain/scenario/runs.ts';
import { rows, statement } from '#platform/db.ts';
import type { Context } from './context.ts';

type Of = 'run.scenario_id' | 'run.project_id' | 'tick.scenario_id';
type Counts = DataLoader<number, number>;

const counting = (of: Of) => {
  const [table, column] = of.split('.') as [string, string];
  return statement<{ n: number }>(
    `count-${table}-by-${column}`,
    `select (select count(*) from (select from ${table} where ${column} = id limit ${MAX_COUNTED_RUNS}) h) as n
       from unnest($1::int[]) with ordinality u(id, at) order by at`,
  );
};

const STATEMENTS = {
  'run.scenario_id': counting('run.scenario_id'),
  'run.project_id': counting('run.project_id'),
  'tick.scenario_id': counting('tick.scenario_id'),
};

const loaders = new WeakMap<Context, Map<Of, Counts>>();

/** Counts at most MAX_COUNTED_RUNS. */
export function historyCount(context: Context, of: Of, id: number): Promise<number> {
  return loaders
    .getOrInsertComputed(context, () => new Map())
    .getOrInsertComputed(
      of,
      () =>
        new DataLoader<number, number>(async (ids) => {
          const counted = await rows(context.pool, STATEMENTS[of], [ids]);
          return counted.map(({ n }) => n);
        }),
    )
    .load(id);
}

/** Said of every `totalCount` that stops. */
export const COUNTED = `\`totalCount\` is exact below ${MAX_COUNTED_RUNS}, where it stops.`;
