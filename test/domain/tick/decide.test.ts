import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

const everyMinute = scheduleFor({ cron: '* * * * *' });
const everySecond = scheduleFor({ interval: '1s' });

const given = (more: Partial<DecideInput>): DecideInput => ({
  schedule: everyMinute,
  dueMs: Date.parse('2026-11-23T12:00:00Z'),
  nowMs: NOW,
  policies: { overlap: 'skip', catchup: 'last', catchupWindowMs: DAY },
  activeRunId: null,
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
    const decision = decide(given({ activeRunId: 41 }));
    expect(decision.ticks[0]).toMatchObject({
      outcome: 'skipped_overlap',
      reason: 'run 41 was still active',
    });
  });
  test('fires beside an active run when overlap is allowed', () => {
    const policies = { ...given({}).policies, overlap: 'allow' as const };
    expect(short(decide(given({ activeRunId: 41, policies })))).toEqual(['fired 1']);
  });
  test('that has not come yet is not decided', () => {
    const dueMs = NOW + 1;
    expect(decide(given({ dueMs }))).toEqual({ ticks: [], nextDueMs: dueMs });
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

test('every due time is decided exactly once, in order, whatever the policies', () => {
  const policies = fc.record({
    overlap: fc.constantFrom('skip' as const, 'allow' as const),
    catchup: fc.constantFrom('last' as const, 'none' as const),
    catchupWindowMs: fc.integer({ min: 1000, max: 3 * DAY }),
  });
  const trigger = fc.constantFrom<unknown>(
    { cron: '*/7 * * * *' },
    { cron: '30 1 * * *', timezone: 'Europe/Berlin' },
    { interval: '90s' },
    { interval: '6h' },
  );
  fc.assert(
    fc.property(
      trigger,
      policies,
      fc.integer({ min: 0, max: 4 * DAY }),
      fc.option(fc.constant(7)),
      (wire, chosen, downMs, activeRunId) => {
        const schedule = scheduleFor(wire);
        const dueMs = schedule.next(NOW - downMs);
        if (dueMs === null || dueMs > NOW) return;
        const { ticks, nextDueMs } = decide({
          schedule,
          dueMs,
          nowMs: NOW,
          policies: chosen,
          activeRunId,
        });
        const due = [...dueBetween(schedule, dueMs - 1, NOW)];
        // Expand each row over the due times that it stands for, and compare with the plain list.
        const covered = ticks.flatMap((tick) => {
          const part = due.filter((at) => at >= tick.dueMs && at <= tick.untilMs);
          expect(part).toHaveLength(tick.count);
          return part;
        });
        expect(covered).toEqual(due);
        expect(nextDueMs).toBe(schedule.next(NOW));
        const fired = ticks.filter((tick) => tick.outcome === 'fired');
        if (chosen.overlap === 'skip')
          expect(fired.length).toBeLessThanOrEqual(activeRunId ? 0 : 1);
        for (const tick of ticks) {
          const lateMs = NOW - tick.dueMs;
          if (tick.outcome === 'missed' || tick.outcome === 'missed_window') {
            expect(NOW - tick.untilMs).toBeGreaterThan(MINUTE);
          }
          if (tick.outcome === 'fired' && lateMs > MINUTE) {
            expect(chosen.catchup).toBe('last');
            expect(tick.dueMs).toBe(due.at(-1));
            expect(lateMs).toBeLessThanOrEqual(chosen.catchupWindowMs);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
