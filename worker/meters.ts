/** What a worker counts of itself. */
import type { Counter, Metrics, Summary } from '#platform/metrics.ts';

export type Meters = {
  readonly claims: Counter;
  readonly ended: Counter;
  readonly handedOver: Counter;
  readonly leasesLost: Counter;
  readonly tickPasses: Summary;
  readonly tickFailures: Counter;
  readonly deliveries: Counter;
  readonly reportsAgain: Counter;
};

const states = (...all: string[]) => all.map((state) => ({ state }));

export function createMeters(metrics: Metrics): Meters {
  return {
    claims: metrics.counter(
      'hf_claims_total',
      'Runs that this worker has claimed: queued ones, those under a limit, and those whose lease had expired.',
      ['queued', 'limited', 'expired'].map((how) => ({ how })),
    ),
    ended: metrics.counter(
      'hf_runs_ended_total',
      'Runs that this worker has executed to their end, by the state in which they ended.',
      states('succeeded', 'failed', 'cancelled'),
    ),
    handedOver: metrics.counter(
      'hf_runs_handed_over_total',
      'Runs that went back to the queue because this worker stopped.',
      [{}],
    ),
    leasesLost: metrics.counter(
      'hf_leases_lost_total',
      'Runs that were given up because their lease, or the database, was lost.',
      [{}],
    ),
    tickPasses: metrics.summary('hf_tick_pass_seconds', 'Passes of the ticker that ended well.'),
    tickFailures: metrics.counter('hf_tick_failures_total', 'Passes of the ticker that failed.', [
      {},
    ]),
    deliveries: metrics.counter(
      'hf_notification_tries_total',
      'Tries to deliver a notification, by the state in which they left it; pending: to be tried again.',
      states('sent', 'failed', 'unknown', 'pending'),
    ),
    reportsAgain: metrics.counter(
      'hf_report_again_tries_total',
      'Tries to deliver a report that somebody asked for again, by the state in which they left it.',
      states('sent', 'failed', 'unknown', 'pending'),
    ),
  };
}
