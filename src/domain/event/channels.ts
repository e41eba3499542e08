/** The names under which Postgres wakes listeners. A notification only says that something changed; who
 *  hears it reads the rows again, and a backstop finds what a lost notification would have told. */
export const CHANNELS = {
  /** Events of runs grew: run ids separated by commas, or `*` for too many to name. */
  run: 'hf_run',
  /** A run became queued. */
  queue: 'hf_queue',
  /** A schedule changed: the earliest due time may have moved. */
  schedule: 'hf_schedule',
  /** Rows of scenarios changed, or something was decided about them: their ids, or `*`. */
  scenario: 'hf_scenario',
  /** Templates or their cells changed: the templates' ids, or `*`. */
  template: 'hf_template',
  /** Deliveries of reports changed: their ids, or `*`. */
  delivery: 'hf_delivery',
  /** Datasets, recipes or agents changed: their projects' ids, or `*`. */
  flow: 'hf_flow',
  /** A worker's row changed. */
  worker: 'hf_worker',
  /** A run was asked to end. */
  cancel: 'hf_cancel',
} as const;

// A payload has less than 8,000 bytes, and an id at most ten digits and a comma.
const MAX_IDS = 600;

/** Ids as a payload: separated by commas, `*` for too many to name; empty for none. */
export function payloadOf(ids: readonly number[]): string {
  return ids.length > MAX_IDS ? '*' : ids.join(',');
}
