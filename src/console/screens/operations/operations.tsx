/** The operator's screen: is it alive, what runs, what failed, what comes? Everything on it is pushed. */
import { OperationsHealthDocument } from '../../generated/graphql.ts';
import { useStream } from '../../live/use-stream.ts';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { usePlace } from '../../shell/place.ts';
import { FailuresPanel } from './failures-panel.tsx';
import { HoursPanel, sumOf, useHours } from './hours-panel.tsx';
import { NextPanel } from './next-panel.tsx';
import { PauseNotice } from './pause-notice.tsx';
import { QueuePanel } from './queue-panel.tsx';
import { RunningPanel } from './running-panel.tsx';
import { SchedulerTile } from './scheduler-tile.tsx';
import { TimelinePanel } from './timeline/timeline-panel.tsx';
import { useRunFeed } from './use-run-feed.ts';
import { useScheduleFeed } from './use-schedule-feed.ts';
import { WorkersPanel } from './workers-panel.tsx';
import styles from './operations.module.css';

export default function Operations() {
  const { project } = usePlace();
  return (
    <Page title="Operations">
      <Screen key={project.id} projectId={project.id} />
    </Page>
  );
}

function Screen({ projectId }: { projectId: string }) {
  const feed = useRunFeed(projectId);
  const schedule = useScheduleFeed(projectId);
  const { data, pulse, atMs } = useStream(OperationsHealthDocument, {});
  const health = data?.schedulerHealth.health;
  const hours = useHours(projectId, feed.ended);
  const failed = hours.data && sumOf(hours.data.runStatistics, 'failed');
  const skewMs = skewOf(health, atMs);
  return (
    <>
      <PauseNotice pulse={`${schedule.told} ${pulse}`} />
      <div className={styles['grid']}>
        <div className={styles['health']}>
          <Panel title="Scheduler">
            <SchedulerTile health={health} atMs={atMs ?? 0} />
          </Panel>
        </div>
        <div className={styles['queue']}>
          <QueuePanel projectId={projectId} />
        </div>
        <div className={styles['ended']}>
          <HoursPanel hours={hours} />
        </div>
        <div className={styles['timeline']}>
          <TimelinePanel feed={feed} pulse={schedule.changed} skewMs={skewMs} />
        </div>
        <div className={styles['running']}>
          <RunningPanel feed={feed} />
          <FailuresPanel feed={feed} total={failed} />
        </div>
        <div className={styles['coming']}>
          <NextPanel pulse={schedule.told} />
          <WorkersPanel health={health} atMs={atMs ?? 0} pulse={`${pulse} ${feed.moved}`} />
        </div>
      </div>
    </>
  );
}

// A message is under way for less than that; only a clock that is set wrong differs more.
const NO_SKEW_MS = 1_500;

/** How far the server's clock is ahead of this machine's, from an instant of which the server said how old it is. */
function skewOf(
  health: { lastSeenAt: string | null; lastSeenSeconds: number | null } | undefined,
  atMs: number | null,
): number {
  if (health?.lastSeenAt == null || health.lastSeenSeconds === null || atMs === null) return 0;
  const skew = Date.parse(health.lastSeenAt) + health.lastSeenSeconds * 1000 - atMs;
  return Math.abs(skew) < NO_SKEW_MS ? 0 : skew;
}
