import { describe, expect, test } from 'vitest';
import { decide, type DecideInput, type Decision } from '#domain/tick/decide.ts';
import { checkDecide, NOW, scheduleFor } from './decide-model.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

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

test('every due time is decided exactly once, in order, as a plain model decides it', () => {
  checkDecide(1000);
});
