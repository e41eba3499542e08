/** Histories of scenarios and projects: long lists that belong to something. A page of one reads that page from the
 *  index and nothing else; Prisma by itself reads the whole list of each parent and cuts the page out in memory. However
 *  many parents are asked for, it takes two statements for their pages and one for their lengths. */
import DataLoader from 'dataloader';
import { MAX_COUNTED_RUNS } from '#domain/scenario/runs.ts';
import { rows, statement } from '#platform/db.ts';
import type { Context } from './context.ts';
import { newestFirst, type PageQuery } from './paging.ts';

/** Table and the column of what it belongs to. */
const HISTORIES = {
  'run.scenario_id': 'true',
  'run.project_id': 'true',
  'tick.scenario_id': 'true',
  'scenario.project_id': 'deleted_at is null',
} as const;
type Of = keyof typeof HISTORIES;
/** Larger than any id. */
const BEYOND_ALL = 9_007_199_254_740_991n;

type Row = { readonly id: number | bigint };

const parts = (of: Of) => of.split('.') as ['run' | 'tick' | 'scenario', string];

/** $1 parents. */
const counting = (of: Of) => {
  const [table, column] = parts(of);
  return statement<{ n: number }>(
    `count-${table}-by-${column}`,
    `select (select count(*) from (select from ${table} where ${column} = u.id and ${HISTORIES[of]}
                                   limit ${MAX_COUNTED_RUNS}) h) as n
       from unnest($1::int[]) with ordinality u(id, at) order by at`,
  );
};

/** $1 parents, $2 an id beyond which it begins or null, $3 how many. A range of pairs rather than "equals": with that
 *  the planner may walk the table by id alone, and finds a scenario that ran long ago after ten million others. */
const paging = (of: Of, newest: boolean) => {
  const [table, column] = parts(of);
  const order = newest ? 'desc' : 'asc';
  const [least, most] = newest
    ? ['0', `coalesce($2, ${BEYOND_ALL})`]
    : ['coalesce($2, 0)', String(BEYOND_ALL)];
  return statement<{ parent: number; id: number }>(
    `page-${table}-by-${column}-${order}`,
    `select u.id as parent, h.id from unnest($1::int[]) u(id) cross join lateral (
       select id from ${table}
        where (${column}, id) > (u.id, ${least}::bigint) and (${column}, id) < (u.id, ${most}::bigint)
          and ${HISTORIES[of]}
        order by ${column} ${order}, id ${order} limit $3) h`,
  );
};

const ofEach = <T>(make: (of: Of) => T) =>
  Object.fromEntries((Object.keys(HISTORIES) as Of[]).map((of) => [of, make(of)])) as Record<Of, T>;
const COUNTS = ofEach(counting);
const PAGES = ofEach((of) => ({ newest: paging(of, true), oldest: paging(of, false) }));

type Loaders = Map<string, DataLoader<number, unknown>>;
const loaders = new WeakMap<Context, Loaders>();

function loader<Value>(
  context: Context,
  key: string,
  load: (ids: readonly number[]) => Promise<Value[]>,
): DataLoader<number, Value> {
  return loaders
    .getOrInsertComputed(context, (): Loaders => new Map())
    .getOrInsertComputed(key, () => new DataLoader<number, unknown>(load)) as DataLoader<
    number,
    Value
  >;
}

/** Counts at most MAX_COUNTED_RUNS. */
export function historyCount(context: Context, of: Of, id: number): Promise<number> {
  return loader(context, of, async (ids) =>
    (await rows(context.pool, COUNTS[of], [ids])).map(({ n }) => n),
  ).load(id);
}

/** A page, newest first. @param page what Pothos asks of Prisma. */
export function historyPage<Found extends Row>(
  context: Context,
  of: Of,
  page: PageQuery<number | bigint>,
  id: number,
): Promise<Found[]> {
  const { query, beyond } = newestFirst(page);
  const { take = 0, orderBy: _newest, ...fields } = query as { take?: number; orderBy: unknown };
  const [from = null] = Object.values(beyond.id ?? {}).map(Number);
  const key = JSON.stringify([of, take, from, fields]);
  return loader(context, key, async (ids) => {
    const { newest, oldest } = PAGES[of];
    const found = await rows(context.pool, take < 0 ? oldest : newest, [ids, from, Math.abs(take)]);
    const [table] = parts(of);
    // The three tables differ in more than is of interest here.
    const delegate = context.prisma[table] as unknown as {
      findMany(asked: object): Promise<Found[]>;
    };
    const all = await delegate.findMany({
      ...fields,
      where: { id: { in: found.map((each) => each.id) } },
    });
    const byId = new Map(all.map((each) => [Number(each.id), each]));
    const byParent = Map.groupBy(found, ({ parent }) => parent);
    return ids.map((parent) =>
      (byParent.get(parent) ?? [])
        .toSorted((a, b) => b.id - a.id)
        .flatMap((each) => byId.get(each.id) ?? []),
    );
  }).load(id);
}

/** Said of every `totalCount` that stops. */
export const COUNTED = `\`totalCount\` is exact below ${MAX_COUNTED_RUNS}, where it stops.`;
