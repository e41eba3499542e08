import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCalendar } from '#domain/tick/calendar.ts';
import { decide, type DecideInput, type Decision } from '#domain/tick/decide.ts';
import { compile, dueBetween } from '#domain/trigger/due-times.ts';
import { parseTrigger } from '#domain/trigger/parse-trigger.ts';

const NOW = Date.parse('2026-11-23T12:00:30Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

function scheduleFor(trigger: unknown) {
  const parsed = parseTrigger(trigger, []);
  expect(parsed.problems).toEqual([]);
  return compile(parsed.trigger, {
    timezone: 'UTC',
    anchor: Temporal.Instant.fromEpochMilliseconds(0),
  });
}

// NOW is a Monday noon: the days before it are excluded.
const WEEKDAYS = createCalendar({ dates: [], weekdays: [6, 7] }, 'UTC');
const everyMinute = scheduleFor({ cron: '* * * * *' });
const everySecond = scheduleFor({ interval: '1s' });

const given = (more: Partial<DecideInput>): DecideInput => ({
  schedule: everyMinute,
  dueMs: Date.parse('2026-11-23T12:00:00Z'),
  nowMs: NOW,
  policies: { overlap: 'skip', catchup: 'last', catchupWindowMs: DAY, maxCatchupRuns: 100 },
  calendar: null,
  taken: { activeRunId: null, waiting: 0 },
  ...more,
});

const short = ({ ticks }: Decision) => ticks.map((tick) => `${tick.outcome} ${tick.count}`);

describe('a due time that is on time', () => {
  test('fires when no run is active', () => {
    const decision = decide(given({}));
    expect(short(decision)).toEqual(['fired 1']);
    expect(decision.nextDueMs).toBe(Date.parse('2026-11-23T12:01:00Z'));
  });
  test('is skipped while a run is active, and names it', () => {
    const decision = decide(given({ taken: { activeRunId: 41, waiting: 0 } }));
    expect(decision.ticks[0]).toMatchObject({
      outcome: 'skipped_overlap',
      reason: 'run 41 was still active',
    });
  });
  test('fires beside an active run when overlap is allowed', () => {
    const policies = { ...given({}).policies, overlap: 'allow' as const };
    expect(short(decide(given({ taken: { activeRunId: 41, waiting: 0 }, policies })))).toEqual([
      'fired 1',
    ]);
  });
  test('that has not come yet is not decided', () => {
    const dueMs = NOW + 1;
    expect(decide(given({ dueMs }))).toEqual({ ticks: [], nextDueMs: dueMs, cancelsOthers: false });
  });
});

describe('after a silence', () => {
  const nightly = scheduleFor({ cron: '0 2 * * *' });
  const lastNights = given({ schedule: nightly, dueMs: Date.parse('2026-11-20T02:00:00Z') });

  test('catch-up last fires the newest missed due time, and the rest stays visible', () => {
    const { ticks } = decide(lastNights);
    expect(
      ticks.map((tick) => [tick.outcome, tick.count, new Date(tick.dueMs).toISOString()]),
    ).toEqual([
      ['missed_window', 3, '2026-11-20T02:00:00.000Z'],
      ['fired', 1, '2026-11-23T02:00:00.000Z'],
    ]);
  });
  test('catch-up none fires nothing', () => {
    const policies = { ...lastNights.policies, catchup: 'none' as const };
    expect(short(decide({ ...lastNights, policies }))).toEqual(['missed_window 3', 'missed 1']);
  });
  test('a due time that is on time stands for those that were missed', () => {
    const decision = decide(given({ dueMs: NOW - 60 * MINUTE - 30_000 }));
    expect(short(decision)).toEqual(['missed 60', 'fired 1']);
    expect(decision.ticks[1]?.dueMs).toBe(Date.parse('2026-11-23T12:00:00Z'));
  });
  test('a one-second interval that was down for a week leaves four rows, not 604,800', () => {
    const decision = decide(given({ schedule: everySecond, dueMs: NOW - 7 * DAY }));
    expect(decision.ticks.map((tick) => tick.outcome)).toEqual([
      'missed_window',
      'missed',
      'fired',
      'skipped_overlap',
    ]);
    expect(decision.ticks.reduce((sum, tick) => sum + tick.count, 0)).toBe(604_801);
  });
  test('a cron that was down for ten years is decided in passes, and every due time once', () => {
    let dueMs: number | null = NOW - 3650 * DAY;
    let count = 0;
    let passes = 0;
    while (dueMs !== null && dueMs <= NOW) {
      const decision: Decision = decide(given({ dueMs }));
      count += decision.ticks.reduce((sum, tick) => sum + tick.count, 0);
      dueMs = decision.nextDueMs;
      passes += 1;
    }
    expect(passes).toBeGreaterThan(10);
    expect(count).toBe(3650 * 1440);
  });
});

describe('while a run is active', () => {
  const busy = (overlap: DecideInput['policies']['overlap'], more: Partial<DecideInput> = {}) =>
    decide(
      given({
        schedule: everySecond,
        dueMs: NOW - 3000,
        policies: { ...given({}).policies, overlap },
        taken: { activeRunId: 41, waiting: 0 },
        ...more,
      }),
    );
  test('buffer_one lets the first wait and drops later ones', () => {
    expect(short(busy('buffer_one'))).toEqual(['waiting 1', 'dropped 3']);
    expect(short(busy('buffer_one', { taken: { activeRunId: 41, waiting: 1 } }))).toEqual([
      'dropped 4',
    ]);
  });
  test('buffer_all lets all wait', () => {
    expect(short(busy('buffer_all'))).toEqual(['waiting 1', 'waiting 1', 'waiting 1', 'waiting 1']);
  });
  test('buffer_all stops at a thousand', () => {
    const taken = { activeRunId: 41, waiting: 998 };
    expect(short(busy('buffer_all', { taken }))).toEqual(['waiting 1', 'waiting 1', 'dropped 2']);
  });
  test('cancel_other asks for the end of the active run, and only the latest due time waits', () => {
    const decision = busy('cancel_other');
    expect(short(decision)).toEqual(['dropped 3', 'waiting 1']);
    expect(decision.cancelsOthers).toBe(true);
  });
  test('cancel_other fires the latest when the place is free', () => {
    const decision = busy('cancel_other', { taken: { activeRunId: null, waiting: 0 } });
    expect(short(decision)).toEqual(['dropped 3', 'fired 1']);
    expect(decision.cancelsOthers).toBe(false);
  });
  test('a run that waits for a free place goes first', () => {
    expect(short(busy('skip', { taken: { activeRunId: null, waiting: 1 } }))).toEqual([
      'skipped_overlap 4',
    ]);
  });
});

test('catch-up all with a cap of five: the newest five, one after the other, the rest one visible span', () => {
  const decision = decide(
    given({
      dueMs: NOW - DAY / 2,
      policies: { overlap: 'skip', catchup: 'all', catchupWindowMs: DAY, maxCatchupRuns: 5 },
    }),
  );
  expect(short(decision).slice(0, 6)).toEqual([
    'missed 714',
    'fired 1',
    'waiting 1',
    'waiting 1',
    'waiting 1',
    'waiting 1',
  ]);
  expect(short(decision).slice(6)).toEqual(['skipped_overlap 1']);
  expect(decision.ticks.reduce((sum, tick) => sum + tick.count, 0)).toBe(720);
});

test('every due time is decided exactly once, in order, whatever the policies', () => {
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
  );
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
      (wire, chosen, downMs, at, weekend) => {
        const schedule = scheduleFor(wire);
        const dueMs = schedule.next(NOW - downMs);
        if (dueMs === null || dueMs > NOW) return;
        const { ticks, nextDueMs } = decide({
          schedule,
          dueMs,
          nowMs: NOW,
          policies: chosen,
          calendar: weekend ? WEEKDAYS : null,
          taken: at,
        });
        const due = [...dueBetween(schedule, dueMs - 1, NOW)];
        // Expand each row over the due times that it stands for, and compare with the plain list.
        const covered = ticks.flatMap((tick) => {
          const part = due.filter((time) => time >= tick.dueMs && time <= tick.untilMs);
          expect(part).toHaveLength(tick.count);
          return part.map((time) => ({ time, outcome: tick.outcome }));
        });
        expect(covered.map(({ time }) => time)).toEqual(due);
        expect(nextDueMs).toBe(schedule.next(NOW));
        expect(covered).toEqual(plainly(due, chosen, at, weekend));
      },
    ),
    { numRuns: 1000 },
  );
});

/** The same rules as a list that a person can follow: due time by due time, no spans, no bisection. */
function plainly(
  all: number[],
  policies: DecideInput['policies'],
  at: DecideInput['taken'],
  weekend: boolean,
) {
  const isExcluded = (time: number) => weekend && [0, 6].includes(new Date(time).getUTCDay());
  const due = all.filter((time) => !isExcluded(time));
  const late = (time: number) => NOW - time;
  const missed = due.filter((time) => late(time) > MINUTE);
  const onTime = due.filter((time) => late(time) <= MINUTE);
  const inWindow = missed.filter((time) => late(time) <= policies.catchupWindowMs);
  const caughtUp =
    policies.catchup === 'all'
      ? inWindow.slice(-policies.maxCatchupRuns)
      : policies.catchup === 'last' && onTime.length === 0
        ? inWindow.slice(-1)
        : [];
  let held = at.activeRunId !== null || at.waiting > 0;
  let waiting = at.waiting;
  const outcomes = due.map((time) => {
    if (missed.includes(time) && !caughtUp.includes(time)) {
      return { time, outcome: inWindow.includes(time) ? 'missed' : 'missed_window' };
    }
    const queues = policies.catchup === 'all' && caughtUp.includes(time);
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
  const withExcluded = (decided: { time: number; outcome: string }[]) =>
    all.map(
      (time) => decided.find((each) => each.time === time) ?? { time, outcome: 'skipped_calendar' },
    );
  if (policies.overlap !== 'cancel_other') return withExcluded(outcomes);
  const own = outcomes.filter(
    ({ time, outcome }) =>
      !(policies.catchup === 'all' && caughtUp.includes(time)) &&
      ['fired', 'waiting'].includes(outcome),
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
