/** Intervals as text: short (`90s 15m 6h 1d`) or ISO 8601 (`PT1H30M`). An interval is elapsed time, so a day
 *  is 24 hours and a week 7 of them whatever the clocks do; units without a fixed length are refused. */

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const MIN_INTERVAL_MS = 1_000;
/** Ten years. Longer ones are typing errors: nobody watches for them, and they would still hold a row. */
export const MAX_INTERVAL_MS = 3_653 * UNIT_MS.d;

export type IntervalReading =
  | { readonly intervalMs: number }
  /** What is wrong with the text and what is allowed instead. */
  | { readonly why: string };

const FORMS = 'write a whole number with s, m, h or d (90s, 15m, 6h, 1d) or ISO 8601 (PT1H30M)';

/** Parses an interval to milliseconds: 1 second to 3,653 days. */
export function parseInterval(text: string): IntervalReading {
  const reading = readShort(text.trim()) ?? readIso(text.trim());
  if ('why' in reading) return reading;
  if (reading.intervalMs < MIN_INTERVAL_MS) {
    return { why: `interval "${text}" is shorter than the 1 second allowed; ${FORMS}` };
  }
  if (reading.intervalMs > MAX_INTERVAL_MS) {
    return { why: `interval "${text}" is longer than the 3653 days allowed; ${FORMS}` };
  }
  return reading;
}

/** The shortest text that `parseInterval` reads back to the same number: 5_400_000 → "90m", 1_500 → "PT1.5S". */
export function formatInterval(intervalMs: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (intervalMs % UNIT_MS[unit] === 0) return `${intervalMs / UNIT_MS[unit]}${unit}`;
  }
  return `PT${intervalMs / UNIT_MS.s}S`;
}

function readShort(text: string): IntervalReading | null {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return unit === undefined
    ? null
    : { intervalMs: Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS] };
}

function readIso(text: string): IntervalReading {
  let duration: Temporal.Duration;
  try {
    duration = Temporal.Duration.from(text);
  } catch {
    return { why: `interval "${text}" cannot be read; ${FORMS}` };
  }
  if (duration.years !== 0 || duration.months !== 0) {
    return {
      why: `interval "${text}" counts months or years, which differ in length; use a cron such as "0 0 1 * *"`,
    };
  }
  if (duration.microseconds !== 0 || duration.nanoseconds !== 0) {
    return { why: `interval "${text}" is finer than a millisecond; ${FORMS}` };
  }
  return {
    intervalMs:
      (duration.weeks * 7 + duration.days) * UNIT_MS.d +
      duration.hours * UNIT_MS.h +
      duration.minutes * UNIT_MS.m +
      duration.seconds * UNIT_MS.s +
      duration.milliseconds,
  };
}
