/** The states of runs, step runs and attempts, and which may follow which. `docs/states.md` draws them from
 *  this data and a test walks them. */

export type RunState = 'waiting' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export const RUN_TRANSITIONS = {
  waiting: ['queued', 'cancelled'],
  queued: ['running', 'cancelled'],
  // Back to queued only when a worker hands over in good order.
  running: ['succeeded', 'failed', 'cancelled', 'queued'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<RunState, readonly RunState[]>;

export type StepState =
  | 'pending'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'skipped'
  | 'rolled_back'
  | 'reused';

export const STEP_TRANSITIONS = {
  pending: ['running', 'skipped', 'cancelled', 'reused'],
  // Running again: the next attempt, or the next worker after a crash.
  running: ['running', 'succeeded', 'failed', 'cancelled', 'rolled_back'],
  succeeded: [],
  failed: [],
  cancelled: [],
  skipped: [],
  rolled_back: [],
  reused: [],
} as const satisfies Record<StepState, readonly StepState[]>;

export type AttemptState = 'running' | 'succeeded' | 'failed' | 'lost' | 'cancelled';

export const ATTEMPT_TRANSITIONS = {
  running: ['succeeded', 'failed', 'lost', 'cancelled'],
  succeeded: [],
  failed: [],
  lost: [],
  cancelled: [],
} as const satisfies Record<AttemptState, readonly AttemptState[]>;

/** Where a run may come from. */
export const RUN_SOURCES = ['schedule', 'upstream', 'manual', 'backfill'] as const;
export type RunSource = (typeof RUN_SOURCES)[number];

export function isFinished(state: RunState): boolean {
  return RUN_TRANSITIONS[state].length === 0;
}
