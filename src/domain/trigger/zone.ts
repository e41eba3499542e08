/** Time zones as plain numbers: Temporal is asked once per clock change, after that a due time costs
 *  a comparison. Temporal carries the only time-zone database that this product trusts. */

/** Where the calendar begins and ends: a cron names no instant outside of it, which bounds searches and tables.
 *  No zone changed its clock before; and today leaves room for the rarest date, a 29 February on a given
 *  weekday (at most 40 years apart). */
export const CALENDAR_START_MS = Date.UTC(1700, 0, 1);
export const CALENDAR_END_MS = Date.UTC(2200, 0, 1);

/** A stretch of time between two clock changes: local ms = epoch ms + offsetMs, for
 *  startMs ≤ epoch ms < endMs. The first starts at -Infinity, the last ends at Infinity. */
export type Segment = {
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly offsetMs: number;
  /** How far the clock jumped at startMs: positive skips local time, negative repeats it. */
  readonly shiftMs: number;
};

export type Zone = {
  /** The IANA name in its canonical case. */
  readonly name: string;
  /** The segment that holds this instant (epoch ms). Constant time within one segment, else a binary search. */
  segmentAt(ms: number): Segment;
  /** The segment after this one; of the last one, itself. */
  following(segment: Segment): Segment;
};

/** The IANA name in its canonical case ("asia/jakarta" → "Asia/Jakarta"; links such as Asia/Calcutta stay
 *  themselves), or null for anything else, offsets such as "+07:00" included: an offset knows no clock change. */
export function findZone(name: string): string | null {
  try {
    const { timeZoneId } = new Temporal.ZonedDateTime(0n, name);
    return /^[+-]/.test(timeZoneId) ? null : timeZoneId;
  } catch {
    return null;
  }
}

// Keyed by canonical name, so it cannot outgrow the IANA database: about 600 zones.
const zones = new Map<string, Zone>();

/** The zone's table, shared by all callers; null when `name` is not an IANA zone. */
export function findZoneTable(name: string): Zone | null {
  const known = zones.get(name);
  if (known) return known;
  const canonical = findZone(name);
  if (canonical === null) return null;
  const zone = zones.get(canonical) ?? openZone(canonical);
  zones.set(canonical, zone);
  return zone;
}

function openZone(name: string): Zone {
  let cursor = Temporal.Instant.fromEpochMilliseconds(CALENDAR_START_MS).toZonedDateTimeISO(name);
  const segments: Segment[] = [];
  append(-Infinity, 0);
  let recent = segments[0]!;

  /** Adds the segment at the cursor, whose end is the clock change that the cursor then moves to. */
  function append(startMs: number, shiftMs: number): void {
    const offsetMs = cursor.offsetNanoseconds / 1e6;
    const change = cursor.getTimeZoneTransition('next');
    const ends = change !== null && change.epochMilliseconds < CALENDAR_END_MS;
    const endMs = ends ? change.epochMilliseconds : Infinity;
    segments.push({ index: segments.length, startMs, endMs, offsetMs, shiftMs });
    if (ends) cursor = change;
  }

  function extend(): void {
    const last = segments.at(-1)!;
    append(last.endMs, cursor.offsetNanoseconds / 1e6 - last.offsetMs);
  }

  function segmentAt(ms: number): Segment {
    if (ms >= recent.startMs && ms < recent.endMs) return recent;
    while (segments.at(-1)!.endMs <= ms) extend();
    let low = 0;
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (segments[middle]!.startMs <= ms) low = middle;
      else high = middle - 1;
    }
    return (recent = segments[low]!);
  }

  function following(segment: Segment): Segment {
    if (segment.endMs === Infinity) return segment;
    if (segment.index + 1 === segments.length) extend();
    return segments[segment.index + 1]!;
  }

  return { name, segmentAt, following };
}
