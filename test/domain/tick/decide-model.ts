/** What becomes of due times, as a list that a person can follow: due time by due time, no spans, no bisection. Beside
 *  `decide` on random triggers, silences and policies both must tell the same. Needs no test runner, so that it can
 *  also be run against a planted mistake. */
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { createCalendar } from '#domain/tick/calendar.ts';
import { decide, type DecideInput } from '#domain/tick/decide.ts';
import { compile, dueBetween } from '#domain/trigger/due-times.ts';
import { parseTrigger } from '#domain/trigger/parse-trigger.ts';

/** A Monday noon. */
export const NOW = Date.parse('2026-11-23T12:00:30Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

// The days before it are excluded.
const WEEKDAYS = createCalendar({ dates: [], weekdays: [6, 7] }, 'UTC');

export function scheduleFor(trigger: unknown) {
  const parsed = parseTrigger(trigger, []);
  deepStrictEqual(parsed.problems, []);
  return compile(parsed.trigger, {
    timezone: 'UTC',
    anchor: Temporal.Instant.fromEpochMilliseconds(0),
  });
}

/** Every due time is decided exactly once, in order, as the model decides it.
 *  @throws Error with the smallest counterexample. */
export function checkDecide(numRuns: number, seed?: number): void {
  const policies = fc.record({
    overlap: fc.constantFrom('skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow'),
    catchup: fc.constantFrom('last', 'none', 'all'),
    catchupWindowMs: fc.integer({ min: 1000, max: 3 * DAY }),
    maxCatchupRuns: fc.integer({ min: 1, max: 20 }),
  }) as fc.Arbitrary<DecideInput['policies']>;
  const trigger = fc.constantFrom<unknown>(
    { cron: '*/7 * * * *' },
    { cron: '30 1 * * *', timezone: 'Europe/Berlin' },
    { interval: '90s' },
    { interval: '6h' },
    { interval: '7s' },
  );
  // Days around the excluded ones, and instants at which a due time is just, just not, or one ms beyond being missed or
  // too old.
  const now = fc.record({
    daysOff: fc.integer({ min: -3, max: 3 }),
    edge: fc.constantFrom('none', 'missed', 'window'),
    skewMs: fc.integer({ min: -1, max: 2 }),
  });
  const taken = fc.record({
    activeRunId: fc.option(fc.constant(7)),
    waiting: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(
      trigger,
      policies,
      fc.integer({ min: 0, max: 4 * DAY }),
      taken,
      fc.boolean(),
      now,
      (wire, chosen, downMs, at, weekend, { daysOff, edge, skewMs }) => {
        const schedule = scheduleFor(wire);
        const aboutMs = NOW + daysOff * DAY;
        const edgeMs = { none: null, missed: MINUTE, window: chosen.catchupWindowMs }[edge];
        const dueBefore = schedule.next(aboutMs - (edgeMs ?? 0) - 7 * MINUTE);
        const nowMs = edgeMs === null || dueBefore === null ? aboutMs : dueBefore + edgeMs + skewMs;
        // A short interval is not followed for days: every due time is visited one by one here.
        const dueMs = schedule.next(nowMs - (downMs % (2_000 * stepMs(schedule))));
        if (dueMs === null || dueMs > nowMs) return;
        const { ticks, nextDueMs } = decide({
          schedule,
          dueMs,
          nowMs,
          policies: chosen,
          calendar: weekend ? WEEKDAYS : null,
          taken: at,
        });
        const due = [...dueBetween(schedule, dueMs - 1, nowMs)];
        // Expand each row over the due times that it stands for, and compare with the plain list.
        let from = 0;
        const covered = ticks.flatMap((tick) => {
          const part = due.slice(from, (from += tick.count));
          deepStrictEqual([part[0], part.at(-1)], [tick.dueMs, tick.untilMs]);
          deepStrictEqual(part.length, tick.count);
          return part.map((time) => ({ time, outcome: tick.outcome }));
        });
        deepStrictEqual(
          covered.map(({ time }) => time),
          due,
        );
        deepStrictEqual(nextDueMs, schedule.next(nowMs));
        deepStrictEqual(covered, plainly(nowMs, due, chosen, at, weekend));
      },
    ),
    { numRuns, ...(seed !== undefined && { seed }) },
  );
}

const stepMs = (schedule: { next(ms: number): number | null }) => {
  const first = schedule.next(NOW) ?? NOW;
  return (schedule.next(first) ?? first + DAY) - first;
};

/** The same rules as a list that a person can follow: due time by due time, no spans, no bisection. */
function plainly(
  nowMs: number,
  all: number[],
  policies: DecideInput['policies'],
  at: DecideInput['taken'],
  weekend: boolean,
) {
  const isExcluded = (time: number) => weekend && [0, 6].includes(new Date(time).getUTCDay());
  const due = all.filter((time) => !isExcluded(time));
  const late = (time: number) => nowMs - time;
  const missed = due.filter((time) => late(time) > MINUTE);
  const isMissed = new Set(missed);
  const onTime = due.filter((time) => late(time) <= MINUTE);
  const inWindow = missed.filter((time) => late(time) <= policies.catchupWindowMs);
  const caughtUpTimes =
    policies.catchup === 'all'
      ? inWindow.slice(-policies.maxCatchupRuns)
      : policies.catchup === 'last' && onTime.length === 0
        ? inWindow.slice(-1)
        : [];
  const caughtUp = new Set(caughtUpTimes);
  let held = at.activeRunId !== null || at.waiting > 0;
  let waiting = at.waiting;
  const outcomes = due.map((time) => {
    if (isMissed.has(time) && !caughtUp.has(time)) {
      const isInWindow = late(time) <= policies.catchupWindowMs;
      return { time, outcome: isInWindow ? 'missed' : 'missed_window' };
    }
    const queues = policies.catchup === 'all' && caughtUp.has(time);
    if (policies.overlap === 'allow' && !queues) return { time, outcome: 'fired' };
    if (!held) {
      held = true;
      return { time, outcome: 'fired' };
    }
    const overlap = queues ? 'buffer_all' : policies.overlap;
    if (overlap === 'buffer_all' || (overlap === 'buffer_one' && waiting === 0)) {
      waiting += 1;
      return { time, outcome: 'waiting' };
    }
    if (overlap === 'buffer_one') return { time, outcome: 'dropped' };
    return { time, outcome: overlap === 'cancel_other' ? 'waiting' : 'skipped_overlap' };
  });
  const withExcluded = (decided: { time: number; outcome: string }[]) => {
    const byTime = new Map(decided.map((each) => [each.time, each]));
    return all.map((time) => byTime.get(time) ?? { time, outcome: 'skipped_calendar' });
  };
  if (policies.overlap !== 'cancel_other') return withExcluded(outcomes);
  const own = outcomes.filter(
    ({ time, outcome }) =>
      !(policies.catchup === 'all' && caughtUp.has(time)) && ['fired', 'waiting'].includes(outcome),
  );
  const [first] = own;
  const last = own.at(-1);
  const settled = outcomes.map((each) => {
    if (!own.includes(each)) return each;
    if (each !== last) return { ...each, outcome: 'dropped' };
    return first?.outcome === 'fired' ? { ...each, outcome: 'fired' } : each;
  });
  return withExcluded(settled);
}
