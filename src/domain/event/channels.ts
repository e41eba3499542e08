/** The names under which Postgres wakes listeners. A notification only says that something changed; who
 *  hears it reads the rows again, and a backstop finds what a lost notification would have told. */
export const CHANNELS = {
  /** Events of runs grew: run ids separated by commas, or `*` for too many to name. */
  run: 'hf_run',
  /** A run became queued. */
  queue: 'hf_queue',
  /** A schedule changed: the earliest due time may have moved. */
  schedule: 'hf_schedule',
  /** A worker's row changed. */
  worker: 'hf_worker',
  /** A run was asked to end. */
  cancel: 'hf_cancel',
} as const;
