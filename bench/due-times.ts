/** Measures how many due times a second one thread computes, for schedules from dense to rare and zones with and
 *  without clock changes: `next` alone as the ticker calls it, `dueTimes` with its instants as previews do, and a
 *  first `next` of an expression never seen before.
 *
 *  Run: `node bench/due-times.ts` (a table) or `node bench/due-times.ts --json` (one JSON object).
 *  The design promises 480,000 a second from a compiled expression. */
import { compile, dueTimes } from '#domain/trigger/due-times.ts';
import { spanOf } from '#domain/trigger/span.ts';
import type { Trigger } from '#domain/trigger/trigger.ts';

const MEASURE_MS = 400;
const FROM_MS = Date.UTC(2026, 0, 1);
const WEEK_MS = 7 * 86_400_000;
const DEFAULTS = { timezone: 'UTC', anchor: Temporal.Instant.fromEpochMilliseconds(FROM_MS) };

const SCHEDULES = [
  ['* * * * *', 'UTC'],
  ['*/15 * * * *', 'America/New_York'],
  ['0 2 * * *', 'Asia/Jakarta'],
  ['30 2 * * *', 'Australia/Lord_Howe'],
  ['0 9 * * MON-FRI', 'Europe/Rome'],
  ['0 9 * * MON#1', 'Pacific/Chatham'],
  ['0 0 L * *', 'America/St_Johns'],
  ['0 0 29 2 *', 'Africa/Cairo'],
] as const;

/** Calls a step that yields some results until the time is up. @returns results a second. */
function rate(step: () => number): number {
  // The first fifth warms the compiler up and is not counted.
  const startMs = performance.now();
  while (performance.now() - startMs < MEASURE_MS / 5) step();
  const countedFromMs = performance.now();
  let results = 0;
  let elapsedMs = 0;
  while (elapsedMs < MEASURE_MS) {
    results += step();
    elapsedMs = performance.now() - countedFromMs;
  }
  return Math.round((results / elapsedMs) * 1_000);
}

/** `next` from one due time to the following, starting over where the schedule ends. */
function nextRate(trigger: Trigger): number {
  const schedule = compile(trigger, DEFAULTS);
  let atMs = FROM_MS;
  return rate(() => {
    for (let asked = 0; asked < 1_000; asked += 1) atMs = schedule.next(atMs) ?? FROM_MS;
    return 1_000;
  });
}

/** `dueTimes` over the ten years to come, at most 1,000 of them. */
function instantRate(trigger: Trigger): number {
  const after = DEFAULTS.anchor;
  const until = after.add({ hours: 24 * 3_650 });
  return rate(() => {
    let results = 0;
    for (const _ of dueTimes(trigger, DEFAULTS, after, until)) if ((results += 1) === 1_000) break;
    return results;
  });
}

/** Parsing and the first `next` of expressions that no cache has seen. */
function coldRate(): number {
  let minute = 0;
  return rate(() => {
    minute += 1;
    const months = `${1 + (minute % 12)},${1 + ((minute >> 4) % 12)}`;
    const cron = `${minute % 60} ${minute % 24} ${1 + (minute % 28)} ${months} *`;
    compile({ kind: 'cron', cron, timezone: 'Europe/Rome' }, DEFAULTS).next(FROM_MS);
    return 1;
  });
}

/** A week of a one-second interval, counted. */
function spanRate(): number {
  const schedule = compile({ kind: 'interval', intervalMs: 1_000, anchorAt: null }, DEFAULTS);
  return rate(() => {
    for (let asked = 0; asked < 1_000; asked += 1) {
      spanOf(schedule, FROM_MS + asked, FROM_MS + WEEK_MS, { max: 1 });
    }
    return 1_000;
  });
}

const measured = {
  schedules: SCHEDULES.map(([cron, timezone]) => {
    const trigger: Trigger = { kind: 'cron', cron, timezone };
    return {
      cron,
      timezone,
      nextPerSecond: nextRate(trigger),
      instantsPerSecond: instantRate(trigger),
    };
  }),
  coldExpressionsPerSecond: coldRate(),
  weekLongSpansPerSecond: spanRate(),
};

if (process.argv.includes('--json')) {
  console.log(JSON.stringify(measured));
} else {
  console.table(measured.schedules);
  console.log(`expressions never seen before: ${measured.coldExpressionsPerSecond} a second`);
  console.log(`week of a one-second interval counted: ${measured.weekLongSpansPerSecond} a second`);
}
