/** What becomes of a scenario's due times up to now. Pure: `now` is an argument, and the answer is a list of
 *  decisions that together cover every due time exactly once, in order. */
import type { Schedule } from '../trigger/due-times.ts';
import { lastBefore, spanOf } from '../trigger/span.ts';
import type { Calendar } from './calendar.ts';
import { createPlace, type Place, type Taken } from './place.ts';
import type { Policies } from './policies.ts';
import type { TickDraft, TickOutcome } from './tick.ts';

// A due time that is decided later than this is missed. Many times the ticker's longest silence (a 5 s backstop
// and a database that restarts), and short enough that nobody calls the run late.
export const MISSED_AFTER_MS = 60_000;

// Due times visited in one pass, at about two million a second: 50 ms. The next pass goes on from there.
export const PASS_LIMIT = 100_000;

export type DecidePolicies = Pick<
  Policies,
  'overlap' | 'catchup' | 'catchupWindowMs' | 'maxCatchupRuns'
>;

export type DecideInput = {
  readonly schedule: Schedule;
  /** The earliest undecided due time, epoch ms. */
  readonly dueMs: number;
  readonly nowMs: number;
  readonly policies: DecidePolicies;
  /** The days on which nothing fires; null: none. */
  readonly calendar: Calendar | null;
  /** Who holds or waits for an exclusive scenario's place. */
  readonly taken: Taken;
};

export type Decision = {
  readonly ticks: readonly TickDraft[];
  /** The earliest due time that is not decided; null when there is none ever. In the past when the pass
   *  reached its limit. */
  readonly nextDueMs: number | null;
  /** `cancel_other`: the active run is to end, and what waited is replaced. */
  readonly cancelsOthers: boolean;
};

/** Decides every due time in [dueMs, nowMs].
 *
 *  Those more than 60 s late are missed: `catchup: last` fires the newest of them, unless a due time that is on time
 *  follows, which then stands for them all; `all` fires the newest `maxCatchupRuns`, one after the other. Older than
 *  the catch-up window: missed_window. What is on time goes by `overlap`. A day that the calendar excludes: nothing
 *  fires, and nothing of it is missed. */
export function decide(input: DecideInput): Decision {
  const { schedule, dueMs, nowMs, policies } = input;
  if (dueMs > nowMs) return { ticks: [], nextDueMs: dueMs, cancelsOthers: false };
  const place = createPlace(policies.overlap, input.taken);
  const ticks: TickDraft[] = [];
  const missedUntilMs = nowMs - MISSED_AFTER_MS - 1;
  const windowEndMs = Math.min(nowMs - policies.catchupWindowMs - 1, missedUntilMs);
  // dueMs itself counts: spans are open at their start.
  const startMs = dueMs - 1;
  const caughtUpMs = firstCaughtUp(input, Math.max(startMs, windowEndMs), missedUntilMs);
  const quiet: [number, TickOutcome, string][] = [
    [windowEndMs, 'missed_window', 'decided later than the catch-up window allows'],
    [caughtUpMs - 1, 'missed', MISSED_REASONS[policies.catchup]],
  ];
  let afterMs = startMs;
  let visited = 0;
  for (const [untilMs, outcome, reason] of quiet) {
    for (const span of spans(input, afterMs, untilMs)) {
      ticks.push(span.excluded ? excludedTick(span) : { ...span.draft, outcome, reason });
      visited += span.visited;
      if (!span.complete || visited >= PASS_LIMIT) {
        const nextDueMs = schedule.next(span.reachedMs);
        return { ticks: joinNeighbours(ticks), nextDueMs, cancelsOthers: false };
      }
    }
    afterMs = Math.max(afterMs, untilMs);
  }
  ticks.push(...take(input, afterMs, missedUntilMs, policies.catchup === 'all', place));
  // On time: at most 60 of them, since an interval is a second or more.
  ticks.push(...take(input, Math.max(afterMs, missedUntilMs), nowMs, false, place));
  return {
    ticks: joinNeighbours(place.settle(ticks)),
    nextDueMs: schedule.next(nowMs),
    cancelsOthers: place.cancelsOthers,
  };
}

/** Lets every due time in [dueMs, nowMs] pass, for one reason. */
export function passOver(
  schedule: Schedule,
  dueMs: number,
  nowMs: number,
  outcome: TickOutcome,
  reason: string,
): Decision {
  const span = spanOf(schedule, dueMs - 1, nowMs, { max: PASS_LIMIT });
  const { count, firstMs, lastMs } = span;
  const ticks =
    firstMs === null || lastMs === null
      ? []
      : [{ outcome, reason, dueMs: firstMs, untilMs: lastMs, count }];
  return { ticks, nextDueMs: schedule.next(span.reachedMs), cancelsOthers: false };
}

const MISSED_REASONS = {
  none: 'decided more than 60 s late',
  last: 'decided more than 60 s late; a later due time stands for it',
  all: 'decided more than 60 s late; more than are caught up',
} as const;

/** The first missed due time that fires; just behind them all when none does. */
function firstCaughtUp(input: DecideInput, afterMs: number, missedUntilMs: number): number {
  const { nowMs, policies } = input;
  const none = missedUntilMs + 1;
  if (missedUntilMs <= afterMs || policies.catchup === 'none') return none;
  // One that is on time stands for those that were missed.
  if (policies.catchup === 'last' && lastIncluded(input, missedUntilMs, nowMs) !== null)
    return none;
  const count = policies.catchup === 'last' ? 1 : policies.maxCatchupRuns;
  let firstMs = none;
  for (let i = 0; i < count; i++) {
    const beforeMs = lastIncluded(input, afterMs, firstMs - 1);
    if (beforeMs === null) break;
    firstMs = beforeMs;
  }
  return firstMs;
}

/** The newest due time in (afterMs, untilMs] on a day that is not excluded. */
function lastIncluded(
  { schedule, calendar }: DecideInput,
  afterMs: number,
  untilMs: number,
): number | null {
  let endMs = untilMs;
  for (;;) {
    const lastMs = endMs > afterMs ? lastBefore(schedule, afterMs, endMs) : null;
    const day = lastMs === null ? null : calendar?.dayOf(lastMs);
    if (!day?.excluded) return lastMs;
    endMs = day.startMs - 1;
  }
}

type DaySpan = {
  readonly draft: Pick<TickDraft, 'dueMs' | 'untilMs' | 'count'>;
  readonly excluded: boolean;
  readonly visited: number;
  readonly reachedMs: number;
  readonly complete: boolean;
};

/** The due times in (afterMs, untilMs] as spans: one, or with a calendar one a day. */
function* spans(
  { schedule, calendar }: DecideInput,
  afterMs: number,
  untilMs: number,
): Iterable<DaySpan> {
  for (let fromMs = afterMs; fromMs < untilMs;) {
    const next = schedule.next(fromMs);
    if (next === null || next > untilMs) return;
    const day = calendar?.dayOf(next);
    const endMs = Math.min(day?.endMs ?? untilMs, untilMs);
    const { count, firstMs, lastMs, reachedMs, complete } = spanOf(schedule, fromMs, endMs, {
      max: PASS_LIMIT,
    });
    if (firstMs === null || lastMs === null) return;
    const visited = schedule.kind === 'interval' ? 1 : count;
    const draft = { dueMs: firstMs, untilMs: lastMs, count };
    yield { draft, excluded: day?.excluded ?? false, visited, reachedMs, complete };
    fromMs = endMs;
  }
}

function* take(
  input: DecideInput,
  afterMs: number,
  untilMs: number,
  caughtUp: boolean,
  place: Place,
): Iterable<TickDraft> {
  const { schedule, calendar } = input;
  for (let at = schedule.next(afterMs); at !== null && at <= untilMs;) {
    const day = calendar?.dayOf(at);
    if (day?.excluded) {
      const endMs = Math.min(day.endMs, untilMs);
      for (const span of spans(input, at - 1, endMs)) yield excludedTick(span);
      at = schedule.next(endMs);
    } else {
      yield place.take(at, caughtUp);
      at = schedule.next(at);
    }
  }
}

const excludedTick = ({ draft }: DaySpan): TickDraft => ({
  ...draft,
  outcome: 'skipped_calendar',
  reason: 'the calendar excludes the day',
});

export function joinNeighbours(ticks: readonly TickDraft[]): TickDraft[] {
  const joined: TickDraft[] = [];
  for (const tick of ticks) {
    const last = joined.at(-1);
    const makesRun = tick.outcome === 'fired' || tick.outcome === 'waiting';
    if (last && !makesRun && last.outcome === tick.outcome && last.reason === tick.reason) {
      const count = last.count + tick.count;
      joined[joined.length - 1] = { ...last, untilMs: tick.untilMs, count };
    } else joined.push(tick);
  }
  return joined;
}
