/** Names of staging tables: they say which run, step, claim and dataset they belong to, so that whoever comes
 *  later knows which of them nobody will publish any more. */
import { cutToBytes, MAX_IDENTIFIER_BYTES } from '#platform/identifier.ts';
import { rows, statement, type Queryable } from '#platform/db.ts';

export type StagingOwner = {
  readonly runId: number;
  readonly pos: number;
  readonly fence: number;
};

/** `orders__staging_<run>_<pos>_<fence>_<dataset>`. A long table name is cut; the numbers keep it unique. */
export function stagingName(table: string, owner: StagingOwner, datasetId: number): string {
  const suffix = `__staging_${owner.runId}_${owner.pos}_${owner.fence}_${datasetId}`;
  return cutToBytes(table, MAX_IDENTIFIER_BYTES - suffix.length) + suffix;
}

const PATTERN = '__staging_([0-9]{1,15})_([0-9]{1,9})_([0-9]{1,9})_[0-9]{1,9}$';

export function isStagingName(name: string): boolean {
  return new RegExp(PATTERN).test(name);
}

/** Staging tables of a schema that will never be published: of this step under this claim or an older one, and
 *  of runs that have ended. $1 schema, $2 run, $3 position, $4 fence. */
const findLeftovers = statement<{ name: string }>(
  'find-staging-leftovers',
  `with staging as (
     select c.relname as name, regexp_match(c.relname, '${PATTERN}')::bigint[] as owner
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind = 'r' and c.relname ~ '${PATTERN}'
   )
   select s.name from staging s left join run r on r.id = s.owner[1]
   where (s.owner[1] = $2 and s.owner[2] = $3 and s.owner[3] <= $4)
      or r.state in ('succeeded', 'failed', 'cancelled')`,
);

export async function leftovers(
  db: Queryable,
  schema: string,
  owner: StagingOwner,
): Promise<string[]> {
  const found = await rows(db, findLeftovers, [schema, owner.runId, owner.pos, owner.fence]);
  return found.map(({ name }) => name);
}
