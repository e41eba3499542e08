import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile, dueBetween } from '#domain/trigger/due-times.ts';
import type { Schedule } from '#domain/trigger/due-times.ts';
import { lastBefore, spanOf } from '#domain/trigger/span.ts';
import { parseCron } from '#domain/trigger/cron.ts';
import { expressions, stretches, textOf } from './vixie.ts';

const DEFAULTS = { timezone: 'UTC', anchor: Temporal.Instant.from('2026-01-01T00:00:00Z') };
const START_MS = Date.UTC(2026, 0, 1);
const WEEK_MS = 7 * 86_400_000;

function cron(expression: string, timezone = 'UTC'): Schedule {
  return compile({ kind: 'cron', cron: expression, timezone }, DEFAULTS);
}

function every(intervalMs: number): Schedule {
  return compile({ kind: 'interval', intervalMs, anchorAt: null }, DEFAULTS);
}

/** The same schedule, counting how often it is asked. */
function counted(schedule: Schedule): { schedule: Schedule; asked: () => number } {
  let asked = 0;
  const next = (afterMs: number) => {
    asked += 1;
    return schedule.next(afterMs);
  };
  return { schedule: { ...schedule, next } as Schedule, asked: () => asked };
}

test('a second by second interval that was down for a week is counted without visiting a due time', () => {
  const { schedule, asked } = counted(every(1_000));
  expect(spanOf(schedule, START_MS, START_MS + WEEK_MS, { max: 100 })).toEqual({
    count: 604_800,
    firstMs: START_MS + 1_000,
    lastMs: START_MS + WEEK_MS,
    reachedMs: START_MS + WEEK_MS,
    complete: true,
  });
  expect(lastBefore(schedule, START_MS, START_MS + WEEK_MS)).toBe(START_MS + WEEK_MS);
  expect(asked()).toBe(0);
});

test('a range shorter than the interval may have no due time', () => {
  expect(spanOf(every(60_000), START_MS, START_MS + 59_999, { max: 1 })).toEqual({
    count: 0,
    firstMs: null,
    lastMs: null,
    reachedMs: START_MS + 59_999,
    complete: true,
  });
  expect(lastBefore(every(60_000), START_MS, START_MS + 59_999)).toBeNull();
});

test('a minutely cron that was down for a year is counted in bounded passes', () => {
  const { schedule, asked } = counted(cron('* * * * *'));
  const untilMs = Date.UTC(2027, 0, 1);
  let [afterMs, count, passes] = [START_MS, 0, 0];
  for (;;) {
    const before = asked();
    const span = spanOf(schedule, afterMs, untilMs, { max: 10_000 });
    expect(asked() - before).toBeLessThanOrEqual(10_001);
    expect(span.firstMs).toBe(afterMs + 60_000);
    count += span.count;
    passes += 1;
    afterMs = span.reachedMs;
    if (span.complete) break;
    expect(span).toMatchObject({ count: 10_000, lastMs: span.reachedMs });
  }
  expect({ count, passes, afterMs }).toEqual({ count: 525_600, passes: 53, afterMs: untilMs });
});

test('a pass that ends exactly at its bound is complete', () => {
  const span = spanOf(cron('0 * * * *'), START_MS, START_MS + 3 * 3_600_000, { max: 3 });
  expect(span).toMatchObject({ count: 3, complete: true });
});

test('the newest due time of a year of minutes takes some 40 questions', () => {
  const { schedule, asked } = counted(cron('* * * 1 *'));
  expect(lastBefore(schedule, START_MS, Date.UTC(2026, 11, 24, 18))).toBe(
    Date.UTC(2026, 0, 31, 23, 59),
  );
  expect(asked()).toBeLessThan(60);
});

test('a schedule that never fires has an empty span', () => {
  const never = compile(null, DEFAULTS);
  expect(spanOf(never, 0, START_MS, { max: 1 })).toMatchObject({ count: 0, complete: true });
  expect(lastBefore(never, 0, START_MS)).toBeNull();
});

test('count, first, last and newest agree with the due times one by one', () => {
  const crons = fc
    .record({ expression: expressions, stretch: stretches })
    .filter(({ expression }) => parseCron(textOf(expression)).fields !== null)
    .map(({ expression, stretch }) => ({
      schedule: cron(textOf(expression), stretch.zone),
      stretch,
    }));
  const intervals = fc
    .record({ intervalMs: fc.integer({ min: 60_000, max: 86_400_000 }), stretch: stretches })
    .map(({ intervalMs, stretch }) => ({ schedule: every(intervalMs), stretch }));
  fc.assert(
    fc.property(fc.oneof(crons, intervals), ({ schedule, stretch }) => {
      const [afterMs, untilMs] = [stretch.after.epochMilliseconds, stretch.until.epochMilliseconds];
      const due = [...dueBetween(schedule, afterMs, untilMs)];
      expect(spanOf(schedule, afterMs, untilMs, { max: Infinity })).toEqual({
        count: due.length,
        firstMs: due[0] ?? null,
        lastMs: due.at(-1) ?? null,
        reachedMs: untilMs,
        complete: true,
      });
      expect(lastBefore(schedule, afterMs, untilMs)).toBe(due.at(-1) ?? null);
    }),
    { numRuns: 500 },
  );
});
