/** What of the whole installation is worth a curve. Counted at every scrape, by partial indexes that hold only what
 *  is open: the size of history costs nothing. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import type { Metrics } from '#platform/metrics.ts';

type Count = { readonly state: string; readonly count: number };

const openRuns = statement<Count>(
  'figures-open-runs',
  `select 'queued' as state, count(*)::int as count from run where state = 'queued'
   union all select 'running', count(*)::int from run where state = 'running'
   union all select 'waiting', count(*)::int from run where state = 'waiting'`,
);

const openNotifications = statement<Count>(
  'figures-open-notifications',
  `select s.state, count(n.id)::int as count from unnest(array['pending', 'sending']) s(state)
   left join notification n on n.state = s.state and n.state in ('pending', 'sending') group by 1`,
);

const liveWorkers = statement<{ count: number }>(
  'figures-live-workers',
  `select count(*)::int as count from scheduler_workers
   where stopped_at is null and last_seen_at > clock_timestamp() - $1::float8 * interval '1 s'`,
);

/** Adds the figures that every process can tell of all. */
export function addFigures(metrics: Metrics, db: Queryable, heartbeatStaleSeconds: number): void {
  const byState = (found: readonly Count[]) =>
    found.map(({ state, count }) => ({ value: count, labels: { state } }));
  metrics.gauge('hf_queue_depth', 'Runs of the installation that have not ended.', async () =>
    byState(await rows(db, openRuns)),
  );
  metrics.gauge('hf_notifications_open', 'Notifications that are still to be sent.', async () =>
    byState(await rows(db, openNotifications)),
  );
  metrics.gauge('hf_workers_alive', 'Workers that beat lately.', async () =>
    (await rows(db, liveWorkers, [heartbeatStaleSeconds])).map(({ count }) => ({ value: count })),
  );
}
