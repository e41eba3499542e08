/** The place of an exclusive scenario: one run is active, others may wait for it. Says what a due time does, by the
 *  scenario's `overlap`. */
import type { Policies } from './policies.ts';
import type { TickDraft } from './tick.ts';

export type Taken = {
  /** The run that holds the place; null when it is free. */
  readonly activeRunId: number | null;
  /** How many runs wait for it. */
  readonly waiting: number;
};

export type Place = {
  /** @param caughtUp waits its turn whatever `overlap` says. */
  take(dueMs: number, caughtUp: boolean): TickDraft;
  /** The ticks once all are taken: with `cancel_other` only the latest of a pass makes a run. */
  settle(ticks: readonly TickDraft[]): TickDraft[];
  /** The active run is to be cancelled, and those that waited. */
  readonly cancelsOthers: boolean;
};

// Runs that wait behind a run that never ends must not fill the disk; a thousand are beyond anyone's patience.
export const MAX_WAITING = 1_000;

export function createPlace(overlap: Policies['overlap'], { activeRunId, waiting }: Taken): Place {
  let blocker =
    activeRunId !== null ? `run ${activeRunId}` : waiting > 0 ? 'a run that waits' : null;
  let inLine = waiting;
  let cancelsOthers = false;

  const fire = (): Verdict => {
    blocker = 'the run of the due time before';
    return { outcome: 'fired', reason: null };
  };
  const wait = (): Verdict => {
    if (inLine >= MAX_WAITING) {
      return { outcome: 'dropped', reason: `${MAX_WAITING} runs are waiting already` };
    }
    inLine += 1;
    return { outcome: 'waiting', reason: `${blocker} is still active` };
  };

  function judge(caughtUp: boolean): Verdict {
    if (overlap === 'allow' && !caughtUp) return { outcome: 'fired', reason: null };
    if (blocker === null) return fire();
    if (caughtUp) return wait();
    switch (overlap) {
      case 'allow':
      case 'skip':
        return { outcome: 'skipped_overlap', reason: `${blocker} was still active` };
      case 'buffer_one':
        return inLine === 0
          ? wait()
          : { outcome: 'dropped', reason: 'another run is waiting already' };
      case 'buffer_all':
        return wait();
      case 'cancel_other':
        cancelsOthers = activeRunId !== null || waiting > 0;
        return {
          outcome: 'waiting',
          reason: cancelsOthers ? `${blocker} is being cancelled for it` : `${blocker} goes first`,
        };
    }
  }

  return {
    take: (dueMs, caughtUp) => ({
      ...judge(caughtUp),
      dueMs,
      untilMs: dueMs,
      count: 1,
      ...(caughtUp && { caughtUp }),
    }),
    settle(ticks) {
      if (overlap !== 'cancel_other') return [...ticks];
      const makesRun = (tick: TickDraft) =>
        !tick.caughtUp && (tick.outcome === 'fired' || tick.outcome === 'waiting');
      const last = ticks.findLast(makesRun);
      const first = ticks.find(makesRun);
      return ticks.map((tick) => {
        if (!makesRun(tick)) return tick;
        if (tick !== last) {
          return { ...tick, outcome: 'dropped', reason: 'a later due time took its place at once' };
        }
        // When the place was free, the last one has it, not the first.
        return first?.outcome === 'fired' ? { ...tick, outcome: 'fired', reason: null } : tick;
      });
    },
    get cancelsOthers() {
      return cancelsOthers;
    },
  };
}

type Verdict = Pick<TickDraft, 'outcome' | 'reason'>;
