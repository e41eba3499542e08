/** drop_pipeline_schedules.sql makes scenarios and cannot reckon when they are due: the next start does, with the
 *  product's own parser. One whose schedule turns out unreadable is marked as broken, which every screen shows. */
import { row, rows, statement, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { toJsonb } from '../event/event.ts';
import { nextDueAt, type StoredSchedule } from '../tick/schedule.ts';
import { clock } from './convert-reports.sql.ts';

type Untimed = StoredSchedule & { readonly id: number };

/** Those that nobody has paused, edited or deleted since. */
const findUntimed = statement<Untimed>(
  'find-untimed-scenarios',
  `select s.id, s.trigger, s.zone, s.created_at as "createdAt"
   from honeyframe.upgrade_ledger l
   cross join lateral jsonb_array_elements(l.detail->'rows') r
   join honeyframe.scenario s on s.id = (r->>'scenario_id')::int
   where l.detail @> '{"timed": false}' and s.enabled and s.paused_at is null and s.deleted_at is null
     and s.next_due_at is null and s.broken is null
   for update of s`,
);

/** $1 ids, $2 due times, $3 what is broken. */
const setTimes = statement<{ id: number }>(
  'time-scenarios',
  `update honeyframe.scenario s set next_due_at = d.due_at, broken = d.broken
   from unnest($1::int[], $2::timestamptz[], $3::jsonb[]) d(id, due_at, broken) where s.id = d.id returning s.id`,
);

const setTimed = statement<never>(
  'mark-timed',
  `update honeyframe.upgrade_ledger set detail = detail || '{"timed": true}' where detail @> '{"timed": false}'`,
);

/** In the caller's transaction. @returns how many tick from now on. */
export async function timeScenarios(db: Queryable): Promise<number> {
  const untimed = await rows(db, findUntimed);
  const { now } = (await row(db, clock))!;
  const timed = untimed.map((scenario) => ({ id: scenario.id, ...timeOf(scenario, now) }));
  if (timed.length > 0) {
    await rows(db, setTimes, [
      timed.map(({ id }) => id),
      timed.map(({ dueAt }) => dueAt),
      timed.map(({ broken }) => broken),
    ]);
    await db.query(`select pg_notify('hf_schedule', '')`);
  }
  await rows(db, setTimed);
  return timed.length;
}

function timeOf(schedule: Untimed, now: Date): { dueAt: Date | null; broken: string | null } {
  try {
    const dueMs = nextDueAt(schedule, now.getTime());
    return { dueAt: dueMs === null ? null : new Date(dueMs), broken: null };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'TRIGGER_CONFIG') throw error;
    const { message } = error;
    return {
      dueAt: null,
      broken: toJsonb({ code: 'trigger_config', message, config: schedule.trigger }),
    };
  }
}
