/** Instants and spans in words. Every instant is an ISO 8601 string or epoch ms; zones are IANA names. */

/** Where the reader is. */
export const readerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let known = formats.get(key);
  if (!known) {
    known = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    formats.set(key, known);
  }
  return known;
}

const msOf = (at: string | number) => (typeof at === 'number' ? at : Date.parse(at));

/** `14:03:09`, or with `seconds: false` `14:03`. */
export function clock(at: string | number, zone = readerZone, { seconds = true } = {}): string {
  return format(zone, {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
  }).format(msOf(at));
}

/** `25 Nov`, or `25 Nov 2025` when it is another year. */
export function day(at: string | number, zone = readerZone, nowMs = Date.now()): string {
  const year = format(zone, { year: 'numeric' });
  const same = year.format(msOf(at)) === year.format(nowMs);
  return format(zone, {
    day: 'numeric',
    month: 'short',
    ...(!same && { year: 'numeric' }),
  }).format(msOf(at));
}

/** `14:03:09` today, `25 Nov, 14:03` else. */
export function moment(at: string | number, zone = readerZone, nowMs = Date.now()): string {
  const today = format(zone, { dateStyle: 'short' });
  const isToday = today.format(msOf(at)) === today.format(nowMs);
  return isToday
    ? clock(at, zone)
    : `${day(at, zone, nowMs)}, ${clock(at, zone, { seconds: false })}`;
}

/** All there is to say: `Wed, 25 Nov 2026, 14:03:09 GMT+7 (Asia/Jakarta)`. */
export function fullMoment(at: string | number, zone = readerZone): string {
  const words = format(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(msOf(at));
  return `${words} (${zone})`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A span in its two largest units: `840 ms`, `4.2 s`, `1 m 04 s`, `3 h 20 m`, `2 d 5 h`. */
export function span(ms: number): string {
  if (ms < 0) return span(0);
  if (ms < 950) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000) * 1000;
  const at = UNITS.findIndex(([, unit]) => whole >= unit);
  const [name, unit] = UNITS[at] ?? UNITS[3];
  const count = Math.floor(whole / unit);
  const next = UNITS[at + 1];
  if (!next) return `${count} ${name}`;
  const rest = Math.floor((whole % unit) / next[1]);
  return rest === 0
    ? `${count} ${name}`
    : `${count} ${name} ${String(rest).padStart(2, '0')} ${next[0]}`;
}

/** A span in its largest unit, in whole numbers, for what ages on the page: `now`, `42 s`, `5 m`, `3 h`, `2 d`. */
export function roughSpan(ms: number): string {
  if (ms < 1_000) return 'now';
  const [name, unit] = UNITS.find(([, each]) => ms >= each) ?? UNITS[3];
  return `${Math.floor(ms / unit)} ${name}`;
}

/** `in 4 m`, `12 s ago`, `now`. */
export function fromNow(at: string | number, nowMs: number): string {
  const ms = msOf(at) - nowMs;
  const words = roughSpan(Math.abs(ms));
  if (words === 'now') return words;
  return ms > 0 ? `in ${words}` : `${words} ago`;
}
