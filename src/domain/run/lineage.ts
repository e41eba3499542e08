/** Which run set off which: by the ticks that name their upstream runs. */
import { rows, statement, type Queryable } from '#platform/db.ts';

export type Lineage = {
  /** Whom the question was about. */
  readonly id: number;
  readonly runId: number;
};

const triggering = statement<Lineage>(
  'find-triggering-runs',
  `select t.run_id as id, x.id::bigint as "runId" from tick t
   cross join jsonb_array_elements_text(t.detail->'upstream_runs') x(id)
   where t.run_id = any($1::bigint[]) and t.source = 'upstream' order by 1, 2`,
);

const triggered = statement<Lineage>(
  'find-triggered-runs',
  `select x.id, t.run_id as "runId" from unnest($1::bigint[]) x(id)
   cross join lateral (
     -- Offset 0: each run by the index on upstream runs.
     select run_id from tick
     where source = 'upstream' and detail->'upstream_runs' @> to_jsonb(x.id) and run_id is not null offset 0
   ) t order by 1, 2`,
);

const waiting = statement<Lineage>(
  'find-waiting-successes',
  `select downstream_id as id, run_id as "runId" from arrival
   where downstream_id = any($1::int[]) order by at, id`,
);

/** The runs whose successes made these runs; with `require: all` several for one. */
export function findTriggering(db: Queryable, runIds: readonly number[]): Promise<Lineage[]> {
  return rows(db, triggering, [runIds]);
}

/** The runs that these runs' successes made, alone or with others. */
export function findTriggered(db: Queryable, runIds: readonly number[]): Promise<Lineage[]> {
  return rows(db, triggered, [runIds]);
}

/** The runs whose successes have reached these scenarios and wait for those of their other upstreams. */
export function findWaitingSuccesses(
  db: Queryable,
  scenarioIds: readonly number[],
): Promise<Lineage[]> {
  return rows(db, waiting, [scenarioIds]);
}
