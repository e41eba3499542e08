/** The due times of a backfill. Pure: refuses rather than cuts, so that nobody believes a part to be the whole. */
import { DomainError, type Problem } from '#platform/errors.ts';
import type { Calendar } from './calendar.ts';
import { dueBetween, type Schedule } from '../trigger/due-times.ts';
import { spanOf } from '../trigger/span.ts';

/** Per call: its runs are made in one transaction, in less than a second. */
export const MAX_BACKFILL = 1_000;

// Counting visits due times, at ten million a second; beyond this the figure says "more than".
const MAX_COUNTED = 100_000;

export type BackfillTime = {
  readonly dueMs: number;
  /** A clock change skipped the time as written. */
  readonly movedByClockChange: boolean;
  /** The calendar excludes its day. */
  readonly excluded: boolean;
};

/** What is wrong with the range itself. Instants in epoch ms. */
export function rangeProblems(fromMs: number, toMs: number, nowMs: number): Problem[] {
  const problems: Problem[] = [];
  if (toMs > nowMs) {
    const message = `lies in the future; a backfill ends at the latest now, ${text(nowMs)}`;
    problems.push({ path: ['to'], message, value: text(toMs) });
  }
  if (fromMs >= toMs) {
    const message = `must lie before "to", which is ${text(toMs)}`;
    problems.push({ path: ['from'], message, value: text(fromMs) });
  }
  return problems;
}

/** Every due time in (fromMs, toMs].
 *  @throws DomainError VALIDATION when there are more than 1,000: it says how many, and `facts.to` is where a first
 *  backfill may end. */
export function backfillTimes(
  schedule: Schedule,
  fromMs: number,
  toMs: number,
  calendar: Calendar | null,
): BackfillTime[] {
  const { count, complete } = spanOf(schedule, fromMs, toMs, { max: MAX_COUNTED });
  if (count > MAX_BACKFILL) throw tooMany(schedule, fromMs, toMs, count, complete);
  return Array.from(dueBetween(schedule, fromMs, toMs), (dueMs) => ({
    dueMs,
    movedByClockChange: schedule.kind === 'cron' && schedule.isMoved(dueMs),
    excluded: calendar?.dayOf(dueMs).excluded ?? false,
  }));
}

function tooMany(
  schedule: Schedule,
  fromMs: number,
  toMs: number,
  count: number,
  complete: boolean,
): DomainError {
  let splitMs = fromMs;
  for (let i = 0; i < MAX_BACKFILL; i++) splitMs = schedule.next(splitMs) ?? splitMs;
  const many = complete ? String(count) : `more than ${count}`;
  const message =
    `holds ${many} due times and a backfill at most ${MAX_BACKFILL}; split it: ` +
    `the first ${MAX_BACKFILL} end at ${text(splitMs)}, and the next part begins there`;
  const facts = { count, complete, max: MAX_BACKFILL, to: text(splitMs) };
  const problems = [{ path: ['to'], message: `the range ${message}`, value: text(toMs) }];
  return new DomainError('VALIDATION', `The range ${message}.`, { problems, facts });
}

const text = (ms: number) => new Date(ms).toISOString();
