/** What becomes of a scenario's due times up to now. Pure: `now` is an argument, and the answer is a list of
 *  decisions that together cover every due time exactly once, in order. */
import { lastBefore, spanOf } from '../trigger/span.ts';
import type { Schedule } from '../trigger/due-times.ts';
import type { Policies } from './policies.ts';
import type { TickDraft, TickOutcome } from './tick.ts';

// A due time that is decided later than this is missed. Twice the ticker's longest silence (a 5 s backstop
// and a database that restarts) with room to spare, and short enough that nobody calls the run late.
export const MISSED_AFTER_MS = 60_000;

// Due times visited in one pass, at about two million a second: 50 ms. The next pass goes on from there.
export const PASS_LIMIT = 100_000;

export type Decision = {
  readonly ticks: readonly TickDraft[];
  /** The earliest due time that is not decided; null when there is none ever. In the past when the pass
   *  reached its limit. */
  readonly nextDueMs: number | null;
};

export type DecideInput = {
  readonly schedule: Schedule;
  /** The earliest undecided due time, epoch ms. */
  readonly dueMs: number;
  readonly nowMs: number;
  readonly policies: Pick<Policies, 'overlap' | 'catchup' | 'catchupWindowMs'>;
  /** The run that holds an exclusive scenario's place, for the reason; null when the place is free. */
  readonly activeRunId: number | null;
};

/** Decides every due time in [dueMs, nowMs].
 *
 *  Those more than 60 s late are missed: `catchup: last` fires the newest of them, unless a due time that
 *  is on time follows, which then stands for them all. Older than the catch-up window: missed_window. The
 *  rest fires, or is skipped while a run is active and `overlap` is skip. */
export function decide(input: DecideInput): Decision {
  const { schedule, dueMs, nowMs, policies } = input;
  if (dueMs > nowMs) return { ticks: [], nextDueMs: dueMs };
  const ticks: TickDraft[] = [];
  const missedBeforeMs = nowMs - MISSED_AFTER_MS;
  const windowStartMs = nowMs - policies.catchupWindowMs;

  // dueMs itself counts: spans are open at their start.
  let afterMs = dueMs - 1;
  const ranges: { untilMs: number; outcome: TickOutcome; reason: string }[] = [
    {
      untilMs: Math.min(windowStartMs, missedBeforeMs) - 1,
      outcome: 'missed_window',
      reason: 'decided later than the catch-up window allows',
    },
    {
      untilMs: missedBeforeMs - 1,
      outcome: 'missed',
      reason: 'decided more than 60 s late',
    },
  ];
  const caughtUpMs = findCaughtUp(input, afterMs, missedBeforeMs - 1, windowStartMs);
  for (const { untilMs, outcome, reason } of ranges) {
    if (untilMs <= afterMs) continue;
    const span = spanOf(schedule, afterMs, untilMs, { max: PASS_LIMIT });
    const firing = caughtUpMs !== null && span.lastMs === caughtUpMs;
    addSpan(ticks, schedule, span, firing, { outcome, reason });
    if (firing) ticks.push(fireOrSkip(input, caughtUpMs, ticks));
    if (!span.complete)
      return { ticks: joinNeighbours(ticks), nextDueMs: schedule.next(span.reachedMs) };
    afterMs = untilMs;
  }
  // On time: at most 60 of them, since an interval is a second or more.
  for (let at = schedule.next(afterMs); at !== null && at <= nowMs; at = schedule.next(at)) {
    ticks.push(fireOrSkip(input, at, ticks));
  }
  return { ticks: joinNeighbours(ticks), nextDueMs: schedule.next(nowMs) };
}

/** The missed due time that `catchup: last` fires; null when there is none to fire. */
function findCaughtUp(
  { schedule, nowMs, policies }: DecideInput,
  afterMs: number,
  missedUntilMs: number,
  windowStartMs: number,
): number | null {
  if (policies.catchup !== 'last') return null;
  const followsMs = schedule.next(missedUntilMs);
  if (followsMs !== null && followsMs <= nowMs) return null;
  const newestMs = missedUntilMs > afterMs ? lastBefore(schedule, afterMs, missedUntilMs) : null;
  return newestMs !== null && newestMs >= windowStartMs ? newestMs : null;
}

/** Adds a span, without its last due time when that one fires. */
function addSpan(
  ticks: TickDraft[],
  schedule: Schedule,
  { count, firstMs, lastMs }: ReturnType<typeof spanOf>,
  lastFires: boolean,
  words: Pick<TickDraft, 'outcome' | 'reason'>,
) {
  if (firstMs === null || lastMs === null) return;
  if (!lastFires) {
    ticks.push({ ...words, dueMs: firstMs, untilMs: lastMs, count });
    return;
  }
  const untilMs = lastBefore(schedule, firstMs - 1, lastMs - 1);
  if (untilMs !== null) ticks.push({ ...words, dueMs: firstMs, untilMs, count: count - 1 });
}

function fireOrSkip(
  { policies, activeRunId }: DecideInput,
  dueMs: number,
  before: readonly TickDraft[],
): TickDraft {
  const single = { dueMs, untilMs: dueMs, count: 1 };
  if (policies.overlap === 'allow') return { ...single, outcome: 'fired', reason: null };
  const firedBefore = before.some((tick) => tick.outcome === 'fired');
  if (activeRunId === null && !firedBefore) return { ...single, outcome: 'fired', reason: null };
  const blocker = activeRunId === null ? 'the run of the due time before' : `run ${activeRunId}`;
  return { ...single, outcome: 'skipped_overlap', reason: `${blocker} was still active` };
}

function joinNeighbours(ticks: readonly TickDraft[]): TickDraft[] {
  const joined: TickDraft[] = [];
  for (const tick of ticks) {
    const last = joined.at(-1);
    const same = last?.outcome === tick.outcome && last.reason === tick.reason;
    if (last && same && tick.outcome !== 'fired') {
      joined[joined.length - 1] = {
        ...last,
        untilMs: tick.untilMs,
        count: last.count + tick.count,
      };
    } else joined.push(tick);
  }
  return joined;
}
