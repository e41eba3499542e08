/** Instants and durations for people. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `2026-11-23 14:05:09` on the clocks of a zone; `2026-11-23 13:05:09Z` in UTC. */
export function formatInstant(instant: string, zone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  const text = local.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
  return zone === 'UTC' ? `${text}Z` : text;
}

/** `14:05:09` on the clocks of a zone. */
export function formatClock(instant: string, zone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  return local.toPlainTime().toString({ smallestUnit: 'second' });
}

/** `850 ms`, `2.1 s`, `1 min 05 s`, `2 h 03 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE - 50) return `${(ms / SECOND).toFixed(1)} s`;
  const seconds = Math.round(ms / SECOND);
  if (ms < HOUR - 500) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(ms / MINUTE);
  if (ms < DAY - 30_000) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(ms / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `in 3 min`, `5 s ago`, `now`: coarse, for what changes while it is read. */
export function formatDistance(ms: number): string {
  const size = Math.abs(ms);
  if (size < SECOND) return 'now';
  const [unit, name] =
    size < MINUTE
      ? [SECOND, 's']
      : size < HOUR
        ? [MINUTE, 'min']
        : size < DAY
          ? [HOUR, 'h']
          : [DAY, 'd'];
  const text = `${Math.floor(size / unit)} ${name}`;
  return ms > 0 ? `in ${text}` : `${text} ago`;
}

const two = (count: number) => String(count).padStart(2, '0');

/** An instant as a person writes it: ISO 8601 with an offset, a local date or time in `zone`, or a length of
 *  time from now (`2h`, `90m`, `1d`). A date alone is the beginning of that day.
 *  @returns null for anything else. */
export function readInstant(text: string, zone: string, now: Temporal.Instant): string | null {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit !== undefined) {
    const size = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }[unit as 's'];
    return now
      .add({ milliseconds: Number(amount) * size })
      .toString({ smallestUnit: 'millisecond' });
  }
  try {
    return Temporal.Instant.from(text).toString();
  } catch {
    // Not with an offset: perhaps local.
  }
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' })
      .toZonedDateTime(zone)
      .toInstant()
      .toString();
  } catch {
    return null;
  }
}
