/** Time as a horizontal axis: where an instant lies, and which instants deserve a line. All in epoch ms and CSS px. */
import { clock, day, span } from '../words/time.ts';

export type Scale = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  /** Where an instant lies, between 0 and the width. */
  x(ms: number): number;
};

export function timeScale(fromMs: number, toMs: number, width: number): Scale {
  const share = width / Math.max(1, toMs - fromMs);
  return {
    fromMs,
    toMs,
    width,
    x: (ms) => Math.min(width, Math.max(0, (ms - fromMs) * share)),
  };
}

export type AxisLine = { readonly ms: number; readonly x: number; readonly label: string };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30].map((n) => n * DAY),
];

/** Round instants of the zone, at least `gap` px apart. */
export function axisLines(scale: Scale, zone: string, gap = 90): AxisLine[] {
  const { fromMs, toMs, width } = scale;
  const fits = Math.max(1, Math.floor(width / gap));
  const step = STEPS.find((each) => (toMs - fromMs) / each <= fits) ?? 90 * DAY;
  // Hours of a zone begin where its offset says; a change of clocks within the picture shifts lines by that hour.
  const offset = offsetMs(fromMs, zone);
  const lines: AxisLine[] = [];
  const first = Math.ceil((fromMs + offset) / step) * step - offset;
  for (let ms = first; ms <= toMs; ms += step) {
    const label = step >= DAY ? day(ms, zone) : clock(ms, zone, { seconds: step < MINUTE });
    lines.push({ ms, x: scale.x(ms), label });
  }
  return lines;
}

const FINE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(STEPS);

/** Round spans since an instant, at least `gap` px apart; for what lasts seconds, where clocks say little. */
export function elapsedLines(scale: Scale, originMs: number, gap = 90): AxisLine[] {
  const { fromMs, toMs, width } = scale;
  const fits = Math.max(1, Math.floor(width / gap));
  const step = FINE_STEPS.find((each) => (toMs - fromMs) / each <= fits) ?? 90 * DAY;
  const lines: AxisLine[] = [];
  for (let past = 0; originMs + past <= toMs; past += step) {
    const ms = originMs + past;
    if (ms >= fromMs) lines.push({ ms, x: scale.x(ms), label: elapsed(past) });
  }
  return lines;
}

function elapsed(ms: number): string {
  if (ms === 0) return '0';
  if (ms < SECOND) return `${ms} ms`;
  return ms < MINUTE ? `${ms / SECOND} s` : span(ms);
}

/** How far the zone's clock is ahead of UTC. */
export function offsetMs(ms: number, zone: string): number {
  const name = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(ms)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? [];
  const ahead = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE;
  return sign === '-' ? -ahead : ahead;
}
