/** How runs ended, by stretches of time of equal length: what a chart of a project or of a scenario shows. */
import { rows, statement, type Pool } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import { findZone } from '../trigger/zone.ts';

export type BucketUnit = 'minute' | 'hour' | 'day';

export type StatisticsRequest = {
  readonly projectId: number;
  /** null: of the whole project. */
  readonly scenarioId: number | null;
  readonly from: Date;
  readonly to: Date;
  readonly bucket: BucketUnit;
  /** Whose hours and days they are; null: the project's. */
  readonly zone: string | null;
};

export type StatisticsBucket = {
  readonly start: Date;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Of those that started, from their first start to their end; null: none did. */
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  /** Of all of them together. */
  readonly totalSeconds: number;
};

export const MAX_BUCKETS = 400;

type Counted = Omit<StatisticsBucket, 'start'> & { readonly place: number };

// $2 the starts of all buckets in order, $3 the end of the last. Read from the index alone.
const count = (by: 'project_id' | 'scenario_id') =>
  statement<Counted>(
    `run-statistics-${by}`,
    `select place, count(*) filter (where state = 'succeeded') as succeeded,
            count(*) filter (where state = 'failed') as failed,
            count(*) filter (where state = 'cancelled') as cancelled,
            percentile_cont(0.5) within group (order by seconds) as "p50Seconds",
            percentile_cont(0.95) within group (order by seconds) as "p95Seconds",
            coalesce(sum(seconds), 0)::float8 as "totalSeconds"
     from (select width_bucket(finished_at, $2::timestamptz[]) as place, state,
                  extract(epoch from finished_at - started_at)::float8 as seconds
           from run where ${by} = $1 and finished_at >= ($2::timestamptz[])[1] and finished_at < $3::timestamptz) ended
     group by place`,
  );
const ofProject = count('project_id');
const ofScenario = count('scenario_id');

const findScenario = statement<{ id: number }>(
  'find-statistics-scenario',
  `select id from scenario where id = $1 and project_id = $2`,
);

/** Every bucket that the period touches, whole and in order, those without runs too. Runs count where they ended.
 *  @throws DomainError NOT_FOUND; VALIDATION for a period that is none or has more than 400 buckets, and for a zone
 *  that is none. */
export async function readRunStatistics(
  { pool }: { readonly pool: Pool },
  who: Principal,
  { projectId, scenarioId, from, to, bucket, zone }: StatisticsRequest,
): Promise<StatisticsBucket[]> {
  const project = await getProject(pool, who, projectId);
  const { starts, end } = bucketsOf(from, to, bucket, zone ?? project.zone);
  if (
    scenarioId !== null &&
    (await rows(pool, findScenario, [scenarioId, projectId])).length === 0
  ) {
    throw new DomainError('NOT_FOUND', `No scenario ${scenarioId} in project ${projectId}.`);
  }
  const counted = await (scenarioId === null
    ? rows(pool, ofProject, [projectId, starts, end])
    : rows(pool, ofScenario, [scenarioId, starts, end]));
  const byPlace = new Map(counted.map(({ place, ...bucketed }) => [place, bucketed]));
  return starts.map((start, index) => ({ start, ...(byPlace.get(index + 1) ?? NONE) }));
}

const NONE = {
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  p50Seconds: null,
  p95Seconds: null,
  totalSeconds: 0,
};

function bucketsOf(from: Date, to: Date, unit: BucketUnit, zone: string) {
  const problems: Problem[] = [];
  if (findZone(zone) === null) {
    problems.push({ path: ['zone'], message: 'is no time zone; write Asia/Jakarta', value: zone });
  }
  if (from >= to) problems.push({ path: ['to'], message: 'lies after `from`', value: to });
  if (problems.length > 0) throw invalid(problems);
  let at = Temporal.Instant.fromEpochMilliseconds(from.getTime())
    .toZonedDateTimeISO(zone)
    .round({ smallestUnit: unit, roundingMode: 'floor' });
  const starts: Date[] = [];
  while (at.epochMilliseconds < to.getTime()) {
    if (starts.length === MAX_BUCKETS) {
      const message = `the period has more than ${MAX_BUCKETS} buckets; shorten it, or make them larger`;
      throw invalid([{ path: ['bucket'], message, value: unit }]);
    }
    starts.push(new Date(at.epochMilliseconds));
    // A day ends where the next one begins, which a clock change may move.
    at = unit === 'day' ? at.add({ days: 1 }).startOfDay() : at.add({ [`${unit}s`]: 1 });
  }
  return { starts, end: new Date(at.epochMilliseconds) };
}
