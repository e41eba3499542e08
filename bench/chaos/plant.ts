/** What a planted bug is made of. */
import type { DriveOptions } from './drive.ts';
import type { Edit } from './plant-hook.ts';

export type Plant = {
  /** What is rewritten in the workers. */
  readonly edits: readonly Edit[];
  /** What is rewritten in the driver, which does what the API does. */
  readonly driverEdits?: readonly Edit[];
  readonly drive: Omit<DriveOptions, 'seed' | 'signal' | 'tell'>;
  /** What else the bug needs. */
  readonly planted?: Pick<DriveOptions, 'prepare' | 'read'>;
};

// The shortest at which a worker does not give up its runs between two renewals.
const LEASE_SECONDS = 6;

export const SHORT = { workers: 3, seconds: 10, leaseSeconds: LEASE_SECONDS, drainSeconds: 30 };

export const sleep = (ms: number) => ({ kind: 'chaos_sleep', name: 'sleep', ms });
export const mark = (ms: number) => ({ kind: 'chaos_mark', name: 'mark', ms });
