/** What becomes of a scenario's due times up to now. Pure: `now` is an argument, and the answer is a list of
 *  decisions that together cover every due time exactly once, in order. */
import type { Schedule } from '../trigger/due-times.ts';
import { lastBefore, spanOf } from '../trigger/span.ts';
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
 *  the catch-up window: missed_window. What is on time goes by `overlap`. */
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
  for (const [untilMs, outcome, reason] of quiet) {
    if (untilMs <= afterMs) continue;
    const span = spanOf(schedule, afterMs, untilMs, { max: PASS_LIMIT });
    if (span.firstMs !== null && span.lastMs !== null) {
      const { count, firstMs, lastMs } = span;
      ticks.push({ outcome, reason, dueMs: firstMs, untilMs: lastMs, count });
    }
    if (!span.complete) {
      return { ticks, nextDueMs: schedule.next(span.reachedMs), cancelsOthers: false };
    }
    afterMs = untilMs;
  }
  ticks.push(...take(schedule, afterMs, missedUntilMs, policies.catchup === 'all', place));
  // On time: at most 60 of them, since an interval is a second or more.
  ticks.push(...take(schedule, Math.max(afterMs, missedUntilMs), nowMs, false, place));
  return {
    ticks: joinNeighbours(place.settle(ticks)),
    nextDueMs: schedule.next(nowMs),
    cancelsOthers: place.cancelsOthers,
  };
}

const MISSED_REASONS = {
  none: 'decided more than 60 s late',
  last: 'decided more than 60 s late; a later due time stands for it',
  all: 'decided more than 60 s late; more than are caught up',
} as const;

/** The first missed due time that fires; just behind them all when none does. */
function firstCaughtUp(
  { schedule, nowMs, policies }: DecideInput,
  afterMs: number,
  missedUntilMs: number,
): number {
  const none = missedUntilMs + 1;
  if (missedUntilMs <= afterMs || policies.catchup === 'none') return none;
  if (policies.catchup === 'last') {
    const onTimeMs = schedule.next(missedUntilMs);
    if (onTimeMs !== null && onTimeMs <= nowMs) return none;
  }
  const count = policies.catchup === 'last' ? 1 : policies.maxCatchupRuns;
  let firstMs = none;
  for (let i = 0; i < count; i++) {
    const beforeMs = lastBefore(schedule, afterMs, firstMs - 1);
    if (beforeMs === null) break;
    firstMs = beforeMs;
  }
  return firstMs;
}

function* take(
  schedule: Schedule,
  afterMs: number,
  untilMs: number,
  caughtUp: boolean,
  place: Place,
): Iterable<TickDraft> {
  for (let at = schedule.next(afterMs); at !== null && at <= untilMs; at = schedule.next(at)) {
    yield place.take(at, caughtUp);
  }
}

function joinNeighbours(ticks: readonly TickDraft[]): TickDraft[] {
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
