/** The wire form of a trigger, checked. Everything wrong is reported at once, each problem with its place,
 *  the reason, what is allowed, and the value found. */
import type { Problem } from '#platform/errors.ts';
import { parseCron } from './cron.ts';
import { parseInterval } from './interval.ts';
import { findNearest } from './nearest.ts';
import type { CronTrigger, IntervalTrigger, Trigger, UpstreamTrigger } from './trigger.ts';
import { CALENDAR_END_MS, findZone } from './zone.ts';

type Path = Problem['path'];
type Wire = Record<string, unknown>;

/** Each kind and the option that goes with it. */
const OPTION_OF = { cron: 'timezone', interval: 'anchor', upstream: 'require' } as const;
type Kind = keyof typeof OPTION_OF;
const KINDS = Object.keys(OPTION_OF) as Kind[];
const OPTIONS = Object.values(OPTION_OF);
const KEYS = [...KINDS, ...OPTIONS];

const FORMS =
  'write {"cron": "0 2 * * *", "timezone": "Asia/Jakarta"}, {"interval": "15m"}, ' +
  '{"upstream": ["name"], "require": "all"}, or null for manual only';

/** Anchors outside these years are typing errors. */
const EARLIEST_ANCHOR_MS = Date.UTC(1900, 0, 1);

/** Parses a trigger's wire form; null is manual only. Known keys that hold null or undefined count as left out, as
 *  GraphQL sends them. Whether upstreams exist is checked where scenarios are known.
 *  @param path where the trigger stands in the caller's input, the start of every problem's path.
 *  @returns `trigger` is null whenever there are problems. */
export function parseTrigger(
  input: unknown,
  path: Path,
): { trigger: Trigger | null; problems: Problem[] } {
  if (input === null) return { trigger: null, problems: [] };
  if (typeof input !== 'object' || Array.isArray(input)) {
    const message = `a trigger is an object or null: ${FORMS}`;
    return { trigger: null, problems: [{ path, message, value: input }] };
  }
  const wire: Wire = Object.fromEntries(
    Object.entries(input).filter(([key, value]) => value != null || !isKey(key)),
  );
  const problems = shapeProblems(wire, path);
  const triggers = KINDS.filter((kind) => Object.hasOwn(wire, kind)).map((kind) =>
    PARSERS[kind](wire, path, problems),
  );
  return { trigger: problems.length === 0 ? triggers[0]! : null, problems };
}

function isKey(key: string): boolean {
  return (KEYS as string[]).includes(key);
}

/** Unknown keys, no kind or several, options of another kind. */
function shapeProblems(wire: Wire, path: Path): Problem[] {
  const problems: Problem[] = [];
  for (const key of Object.keys(wire)) {
    if (isKey(key)) continue;
    const nearest = findNearest(key, KEYS);
    const hint = nearest === null ? '' : `did you mean "${nearest}"? `;
    const message = `key "${key}" is unknown; ${hint}allowed are ${KEYS.join(', ')}`;
    problems.push({ path: [...path, key], message, value: wire[key] });
  }
  const kinds = KINDS.filter((kind) => Object.hasOwn(wire, kind));
  if (kinds.length === 0) {
    problems.push({ path, message: `a trigger needs a kind: ${FORMS}`, value: wire });
  }
  if (kinds.length > 1) {
    const message = `a trigger has one kind, this one has ${kinds.join(' and ')}; keep one of them`;
    problems.push({ path, message, value: wire });
  }
  for (const kind of KINDS) {
    const option = OPTION_OF[kind];
    if (!Object.hasOwn(wire, option) || kinds.includes(kind) || kinds.length === 0) continue;
    const message = `"${option}" goes only with "${kind}", not with "${kinds.join('", "')}"; remove it`;
    problems.push({ path: [...path, option], message, value: wire[option] });
  }
  return problems;
}

type Parse = (wire: Wire, path: Path, problems: Problem[]) => Trigger;

/** Each adds its problems and answers with a trigger that is meaningful only when there are none. */
const PARSERS: Record<Kind, Parse> = {
  cron: (wire, path, problems): CronTrigger => ({
    kind: 'cron',
    cron: readCron(wire['cron'], [...path, 'cron'], problems),
    timezone: readZone(wire['timezone'], [...path, 'timezone'], problems),
  }),
  interval: (wire, path, problems): IntervalTrigger => ({
    kind: 'interval',
    intervalMs: readInterval(wire['interval'], [...path, 'interval'], problems),
    anchorAt: readAnchor(wire['anchor'], [...path, 'anchor'], problems),
  }),
  upstream: (wire, path, problems): UpstreamTrigger => ({
    kind: 'upstream',
    upstream: readUpstream(wire['upstream'], [...path, 'upstream'], problems),
    require: readRequire(wire['require'], [...path, 'require'], problems),
  }),
};

function readCron(value: unknown, path: Path, problems: Problem[]): string {
  if (typeof value !== 'string') {
    problems.push({ path, message: 'a cron expression is text, as in "0 2 * * *"', value });
    return '';
  }
  const reading = parseCron(value, path);
  problems.push(...reading.problems);
  return reading.fields?.expression ?? '';
}

function readZone(value: unknown, path: Path, problems: Problem[]): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') {
    const zone = findZone(value);
    if (zone !== null) return zone;
  }
  problems.push({ path, message: zoneProblem(value), value });
  return null;
}

function zoneProblem(value: unknown): string {
  const example = 'name an IANA time zone such as "Asia/Jakarta"';
  if (typeof value !== 'string') return `a time zone is text; ${example}`;
  if (/^(?:Z|(?:UTC|GMT)?[+-]\d.*)$/i.test(value)) {
    return `"${value}" is an offset, which knows no daylight saving; ${example}`;
  }
  const names = Intl.supportedValuesOf('timeZone');
  // People also write the city alone.
  const city = names.find((name) => name.split('/').at(-1)!.toLowerCase() === value.toLowerCase());
  const nearest = city ?? findNearest(value.slice(0, 64), names);
  return `time zone "${value}" is unknown; ${nearest === null ? example : `did you mean "${nearest}"?`}`;
}

function readInterval(value: unknown, path: Path, problems: Problem[]): number {
  const reading =
    typeof value === 'string'
      ? parseInterval(value)
      : { why: 'an interval is text with a unit, as in "15m" or "PT15M"' };
  if ('intervalMs' in reading) return reading.intervalMs;
  problems.push({ path, message: reading.why, value });
  return 0;
}

function readAnchor(value: unknown, path: Path, problems: Problem[]): Temporal.Instant | null {
  if (value === undefined) return null;
  let message =
    'an anchor is an ISO 8601 instant with Z or an offset, as in "2026-01-01T00:00:00Z"';
  try {
    if (typeof value === 'string') {
      const anchorMs = Temporal.Instant.from(value).epochMilliseconds;
      if (anchorMs >= EARLIEST_ANCHOR_MS && anchorMs < CALENDAR_END_MS) {
        return Temporal.Instant.fromEpochMilliseconds(anchorMs);
      }
      message = 'an anchor lies between the years 1900 and 2199';
    }
  } catch {
    // Not an instant: the message already says so.
  }
  problems.push({ path, message, value });
  return null;
}

function readUpstream(value: unknown, path: Path, problems: Problem[]): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    const message = 'upstream is a list of at least one scenario name, as in ["ingest-orders"]';
    problems.push({ path, message, value });
    return [];
  }
  const names: string[] = [];
  for (const [index, name] of value.entries()) {
    if (typeof name !== 'string' || name.trim() === '') {
      const message = 'an upstream is the name of a scenario; an empty or other value is not';
      problems.push({ path: [...path, index], message, value: name });
    } else if (names.includes(name)) {
      const message = `upstream "${name}" is listed twice; name each scenario once`;
      problems.push({ path: [...path, index], message, value: name });
    } else names.push(name);
  }
  return names;
}

function readRequire(value: unknown, path: Path, problems: Problem[]): 'any' | 'all' {
  if (value === undefined || value === 'all') return 'all';
  if (value === 'any') return 'any';
  problems.push({ path, message: 'require is "any" or "all" (the default)', value });
  return 'all';
}
