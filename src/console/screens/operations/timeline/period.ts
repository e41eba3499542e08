/** Which time the timeline shows: a period that has passed, and a quarter of it that comes. Pure; in epoch ms. */
export type PeriodName = '15m' | '1h' | '6h' | '24h';

export const PERIODS = [
  { value: '15m', label: '15 m' },
  { value: '1h', label: '1 h' },
  { value: '6h', label: '6 h' },
  { value: '24h', label: '24 h' },
] as const satisfies readonly { value: PeriodName; label: string }[];

const MINUTE = 60_000;
const MS: Readonly<Record<PeriodName, number>> = {
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '6h': 360 * MINUTE,
  '24h': 1_440 * MINUTE,
};

export const DEFAULT_PERIOD: PeriodName = '1h';

/** What an address says, or the default. */
export function periodOf(text: string | null): PeriodName {
  return PERIODS.find(({ value }) => value === text)?.value ?? DEFAULT_PERIOD;
}

export type Window = { readonly fromMs: number; readonly toMs: number };

// The picture stands still, with "now" moving through it, and leaps on when a twelfth of the period has passed: what
// one points at does not slide away.
const STEPS = 12;

export const stepOf = (period: PeriodName): number => MS[period] / STEPS;

export function windowOf(period: PeriodName, nowMs: number): Window {
  const length = MS[period];
  const step = stepOf(period);
  const fromMs = Math.floor(nowMs / step) * step - length;
  return { fromMs, toMs: fromMs + length + step + length / 4 };
}
