/** What the states are called, how each is marked, and which are over. One table, so that a state looks and reads the
 *  same wherever it stands. */

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

/** The shape that tells a state without colour. */
export type Shape =
  | 'check'
  | 'cross'
  | 'play'
  | 'ring'
  | 'dots'
  | 'slash'
  | 'skip'
  | 'undo'
  | 'reuse'
  | 'pause'
  | 'off'
  | 'bolt'
  | 'clock'
  | 'question';

export type StateLook = { readonly label: string; readonly tone: Tone; readonly shape: Shape };

export const RUN_LOOKS = {
  WAITING: { label: 'Waiting', tone: 'calm', shape: 'dots' },
  QUEUED: { label: 'Queued', tone: 'calm', shape: 'ring' },
  RUNNING: { label: 'Running', tone: 'busy', shape: 'play' },
  SUCCEEDED: { label: 'Succeeded', tone: 'good', shape: 'check' },
  FAILED: { label: 'Failed', tone: 'bad', shape: 'cross' },
  CANCELLED: { label: 'Cancelled', tone: 'warn', shape: 'slash' },
} as const satisfies Record<string, StateLook>;

export const STEP_LOOKS = {
  PENDING: { label: 'Pending', tone: 'calm', shape: 'ring' },
  RUNNING: RUN_LOOKS.RUNNING,
  SUCCEEDED: RUN_LOOKS.SUCCEEDED,
  FAILED: RUN_LOOKS.FAILED,
  CANCELLED: RUN_LOOKS.CANCELLED,
  SKIPPED: { label: 'Skipped', tone: 'calm', shape: 'skip' },
  ROLLED_BACK: { label: 'Rolled back', tone: 'warn', shape: 'undo' },
  REUSED: { label: 'Reused', tone: 'good', shape: 'reuse' },
  LOST: { label: 'Lost', tone: 'warn', shape: 'bolt' },
} as const satisfies Record<string, StateLook>;

export const SCENARIO_LOOKS = {
  ACTIVE: { label: 'Active', tone: 'good', shape: 'clock' },
  PAUSED: { label: 'Paused', tone: 'warn', shape: 'pause' },
  DISABLED: { label: 'Off', tone: 'calm', shape: 'off' },
  BROKEN: { label: 'Broken', tone: 'bad', shape: 'bolt' },
} as const satisfies Record<string, StateLook>;

export const TICK_LOOKS: Readonly<Record<string, StateLook>> = {
  FIRED: { label: 'Fired', tone: 'good', shape: 'check' },
  WAITING: { label: 'Waits its turn', tone: 'calm', shape: 'dots' },
  SKIPPED_OVERLAP: { label: 'Skipped: still running', tone: 'warn', shape: 'skip' },
  SKIPPED_CALENDAR: { label: 'Skipped: calendar', tone: 'calm', shape: 'skip' },
  MISSED: { label: 'Missed', tone: 'warn', shape: 'bolt' },
  MISSED_WINDOW: { label: 'Missed: too old', tone: 'warn', shape: 'bolt' },
  DROPPED: { label: 'Dropped', tone: 'warn', shape: 'slash' },
  PAUSED: { label: 'Paused', tone: 'calm', shape: 'pause' },
  ERROR: { label: 'Error', tone: 'bad', shape: 'cross' },
};

const UNKNOWN: StateLook = { label: 'Unknown', tone: 'calm', shape: 'question' };

/** A state that this console does not know yet shows its own name. */
export function lookOf(looks: Readonly<Record<string, StateLook>>, state: string): StateLook {
  return looks[state] ?? { ...UNKNOWN, label: state.toLowerCase().replaceAll('_', ' ') };
}

const OVER = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);
export const isOver = (state: string): boolean => OVER.has(state);

export const SOURCE_WORDS: Readonly<Record<string, string>> = {
  SCHEDULE: 'on schedule',
  UPSTREAM: 'on upstream success',
  MANUAL: 'by hand',
  BACKFILL: 'by a backfill',
  RETRY: 'as a retry',
};
