/** When a scenario ticks next, and what must happen to its due times and its waiting runs when that changes. */
import { isDeepStrictEqual } from 'node:util';
import { row, rows, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Actor } from '../access/audit.ts';
import { CHANNELS, payloadOf } from '../event/channels.ts';
import { requestCancel } from '../run/cancel-run.ts';
import { decideArrivals } from '../tick/arrivals.ts';
import { decideDue } from '../tick/decide-due.ts';
import { recordQuiet } from '../tick/record-quiet.ts';
import { nextDueAt, scheduleOf, type StoredSchedule } from '../tick/schedule.ts';
import { spanOf } from '../trigger/span.ts';
import type { Scenario } from './scenario.ts';
import * as sql from './scenario.sql.ts';

type Switches = Pick<Scenario, 'enabled' | 'pausedAt'>;

/** The next due time after an instant, or null for a scenario that is switched off or paused.
 *  @throws DomainError TRIGGER_CONFIG when the trigger cannot be read any more. */
export function nextDue(scenario: StoredSchedule & Switches, after: Date): Date | null {
  if (!scenario.enabled || scenario.pausedAt !== null) return null;
  const dueMs = nextDueAt(scenario, after.getTime());
  return dueMs === null ? null : new Date(dueMs);
}

/** Decides every due time up to now and every upstream success under the trigger as it is stored, before a change to
 *  it.
 *  @returns the instant from which the changed trigger counts. It lies before the last due time that was
 *  decided, so that none falls between the two; one that both have is one tick all the same. */
export async function decideUpToNow(tx: Client, scenario: Scenario): Promise<Date> {
  const { now } = (await row(tx, sql.databaseClock))!;
  await readableOnly(() => decideArrivals(tx, [scenario.id]));
  let undecided = scenario.nextDueAt;
  // A pass has a limit; a change must not cut off what is left of it.
  while (undecided !== null && undecided <= now) {
    const before: Date = undecided;
    if (!(await readableOnly(() => decideDue(tx, [scenario.id])))) break;
    undecided = (await row(tx, sql.findScenario, [scenario.id, scenario.orgId]))!.nextDueAt;
    if (isDeepStrictEqual(undecided, before)) {
      throw new Error(`scenario ${scenario.id}: deciding ${before.toISOString()} led nowhere`);
    }
  }
  return now;
}

/** The same for one that is idle: what passed is recorded under the trigger and the switches as they are stored. */
export async function recordUpToNow(tx: Client, idle: Scenario): Promise<Date> {
  const { now } = (await row(tx, sql.databaseClock))!;
  await readableOnly(() => decideArrivals(tx, [idle.id]));
  await readableOnly(() => recordIdle(tx, idle, now));
  return now;
}

/** The change may be what mends a trigger that nobody can read; what was due under it is unknown.
 *  @returns false for one that cannot be read. */
async function readableOnly(decide: () => Promise<void>): Promise<boolean> {
  try {
    await decide();
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'TRIGGER_CONFIG') return false;
    throw error;
  }
}

/** Since when nothing is decided about its due times; null: it ticks. */
export function idleFrom({ enabled, pausedAt }: Switches, now: Date): Date | null {
  return enabled && pausedAt === null ? null : now;
}

/** Writes one tick for all due times that passed while it was paused or switched off, so that history says why nothing
 *  ran. Under the trigger as it is stored: whoever changes that, or a switch, records what was before.
 *  @throws DomainError TRIGGER_CONFIG when the trigger cannot be read any more. */
export async function recordIdle(tx: Client, idle: Scenario, until: Date): Promise<void> {
  const since = idle.idleSince ?? idle.pausedAt;
  if (since === null) return;
  const schedule = scheduleOf(idle);
  if (schedule.kind === 'never') return;
  // A due time that was decided in the same moment has its tick already.
  const decided = (await row(tx, sql.lastDecided, [idle.id]))?.at?.getTime() ?? -Infinity;
  let afterMs = Math.max(since.getTime(), decided);
  let [count, firstMs, lastMs] = [0, 0, 0];
  for (let complete = false; !complete;) {
    const span = spanOf(schedule, afterMs, until.getTime(), { max: 100_000 });
    if (count === 0) firstMs = span.firstMs ?? 0;
    lastMs = span.lastMs ?? lastMs;
    count += span.count;
    ({ complete, reachedMs: afterMs } = span);
  }
  if (count === 0) return;
  const draft = { scenarioId: idle.id, outcome: 'paused', detail: null } as const;
  await recordQuiet(tx, 'schedule', [
    { ...draft, dueMs: firstMs, untilMs: lastMs, count, reason: whyIdle(idle) },
  ]);
}

function whyIdle({ pausedAt, pauseNote }: Scenario): string {
  if (pausedAt === null) return 'the scenario is switched off';
  return pauseNote ? `paused: ${pauseNote}` : 'paused';
}

/** Ends the runs that have not left the waiting room. Queued and running ones go on. */
export async function cancelWaiting(
  tx: Client,
  who: Actor,
  scenarioId: number,
  reason: string,
): Promise<void> {
  for (const { id } of await rows(tx, sql.waitingRuns, [scenarioId])) {
    await requestCancel(tx, id, who.userId, reason);
  }
}

/** Tells tickers that a due time may have moved, and watchers which scenarios changed. */
export async function notifyChanged(tx: Client, scenarioIds: readonly number[]): Promise<void> {
  await tx.query('select pg_notify($1, $2), pg_notify($3, $4)', [
    ...[CHANNELS.schedule, ''],
    ...[CHANNELS.scenario, payloadOf(scenarioIds)],
  ]);
}
