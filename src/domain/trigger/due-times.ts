/** From a trigger to the instants at which it is due. Pure: the same trigger, zone and range give the same
 *  instants on every machine, in strictly increasing order. */
import { DomainError } from '#platform/errors.ts';
import { parseCron } from './cron.ts';
import { cronSchedule } from './cron-schedule.ts';
import type { CronSchedule } from './cron-schedule.ts';
import { formatTrigger } from './trigger.ts';
import type { CronTrigger, IntervalTrigger, Trigger } from './trigger.ts';
import { wallClock } from './wall-clock.ts';
import type { WallClock } from './wall-clock.ts';
import { CALENDAR_END_MS, findZoneTable } from './zone.ts';

/** What a trigger leaves to its scenario. */
export type ScheduleDefaults = {
  /** IANA name for a cron that names none: the project's, the organisation's, or UTC. */
  readonly timezone: string;
  /** For an interval without an anchor: when the scenario was created. */
  readonly anchor: Temporal.Instant;
};

export type DueTime = {
  readonly at: Temporal.Instant;
  /** Set when due times that a clock change skipped fire here. */
  readonly movedBy: 'clock_change' | null;
};

/** A trigger ready to compute with, in epoch ms. */
export type Schedule =
  | ({ readonly kind: 'cron' } & CronSchedule)
  | {
      readonly kind: 'interval';
      readonly intervalMs: number;
      readonly anchorMs: number;
      next(afterMs: number): number | null;
    }
  /** Upstream and manual triggers: time alone never fires them. */
  | { readonly kind: 'never'; next(afterMs: number): null };

const NEVER: Schedule = { kind: 'never', next: () => null };

/** Prepares a trigger. `next(afterMs)` answers the first due time strictly after, null when there is none
 *  before `CALENDAR_END_MS`; one call takes below a microsecond for daily or denser schedules.
 *  @throws DomainError TRIGGER_CONFIG, with the offending part in `facts.config`, when a stored trigger no
 *  longer parses or its zone is unknown. */
export function compile(trigger: Trigger | null, defaults: ScheduleDefaults): Schedule {
  switch (trigger?.kind) {
    case 'cron':
      return compileCron(trigger, defaults.timezone);
    case 'interval':
      return compileInterval(trigger, defaults.anchor);
    default:
      return NEVER;
  }
}

/** Every due time in (after, until], lazily.
 *  @throws DomainError TRIGGER_CONFIG as `compile` does, at the first step. */
export function* dueTimes(
  trigger: Trigger | null,
  defaults: ScheduleDefaults,
  after: Temporal.Instant,
  until: Temporal.Instant,
): Iterable<DueTime> {
  const schedule = compile(trigger, defaults);
  for (const dueMs of dueBetween(schedule, after.epochMilliseconds, until.epochMilliseconds)) {
    const moved = schedule.kind === 'cron' && schedule.isMoved(dueMs);
    yield {
      at: Temporal.Instant.fromEpochMilliseconds(dueMs),
      movedBy: moved ? 'clock_change' : null,
    };
  }
}

/** Every due time in (afterMs, untilMs] in epoch ms, lazily. */
export function* dueBetween(
  schedule: Schedule,
  afterMs: number,
  untilMs: number,
): Iterable<number> {
  let dueMs = schedule.next(afterMs);
  while (dueMs !== null && dueMs <= untilMs) {
    yield dueMs;
    dueMs = schedule.next(dueMs);
  }
}

/** The promise that keeps a ticker from firing one instant for ever. */
function strictlyLater(dueMs: number | null, afterMs: number): number | null {
  if (dueMs === null || dueMs > afterMs) return dueMs;
  throw new Error(
    `due time ${dueMs} is not later than ${afterMs}: the schedule would never advance`,
  );
}

type Expression = { readonly clock: WallClock; readonly wildcard: boolean };

// Parsing takes 100 µs, one `next` below 0.1, and scenarios share expressions. 3 KB each: 6 MB at most.
const expressions = new Map<string, Expression>();
const MAX_EXPRESSIONS = 2_000;

function findExpression(cron: string): Expression | null {
  const known = expressions.get(cron);
  if (known) return known;
  const { fields } = parseCron(cron);
  if (fields === null) return null;
  const [oldest] = expressions.keys();
  if (expressions.size >= MAX_EXPRESSIONS && oldest !== undefined) expressions.delete(oldest);
  const expression = { clock: wallClock(fields), wildcard: fields.wildcard };
  expressions.set(cron, expression);
  return expression;
}

function compileCron(trigger: CronTrigger, inherited: string): Schedule {
  const timezone = trigger.timezone ?? inherited;
  const zone = findZoneTable(timezone);
  if (zone === null) {
    throw new DomainError('TRIGGER_CONFIG', `time zone "${timezone}" is unknown`, {
      facts: { config: { timezone } },
    });
  }
  const expression = findExpression(trigger.cron);
  if (expression === null) {
    const { problems } = parseCron(trigger.cron, ['trigger', 'cron']);
    throw new DomainError('TRIGGER_CONFIG', `cron "${trigger.cron}" does not parse`, {
      problems,
      facts: { config: formatTrigger(trigger) },
    });
  }
  const schedule = cronSchedule(expression.clock, expression.wildcard, zone);
  return {
    ...schedule,
    kind: 'cron',
    next: (afterMs) => strictlyLater(schedule.next(afterMs), afterMs),
  };
}

function compileInterval(
  { intervalMs, anchorAt }: IntervalTrigger,
  created: Temporal.Instant,
): Schedule {
  const anchorMs = (anchorAt ?? created).epochMilliseconds;
  return {
    kind: 'interval',
    intervalMs,
    anchorMs,
    next(afterMs) {
      const dueMs = afterMs - phase(afterMs, anchorMs, intervalMs) + intervalMs;
      return dueMs < CALENDAR_END_MS ? strictlyLater(dueMs, afterMs) : null;
    },
  };
}

/** How far an instant lies past the due time at or before it, 0 ≤ phase < intervalMs. The remainder is exact
 *  where a division would round. */
export function phase(atMs: number, anchorMs: number, intervalMs: number): number {
  const remainder = (atMs - anchorMs) % intervalMs;
  return remainder < 0 ? remainder + intervalMs : remainder;
}
