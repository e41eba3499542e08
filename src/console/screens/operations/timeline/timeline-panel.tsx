/** What ran, runs and comes, over all scenarios: as a picture or as a table, of a period that stands in the address. */
import { useDeferredValue, useMemo } from 'react';
import { Provider } from 'urql';
import { useSearchParams } from 'wouter';
import { OperationsTimelineDocument } from '../../../generated/graphql.ts';
import { useNow } from '../../../live/now.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Choice } from '../../../parts/choice.tsx';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { count } from '../../../parts/progress.tsx';
import { usePlace } from '../../../shell/place.ts';
import { uncached } from '../uncached.ts';
import { withFeed, type RunFeed } from '../use-run-feed.ts';
import type { LaneRun } from './lanes.ts';
import { DEFAULT_PERIOD, periodOf, PERIODS, stepOf, windowOf, type PeriodName } from './period.ts';
import { Picture } from './picture.tsx';
import { Nothing, TimelineTable } from './table.tsx';
import styles from './timeline.module.css';

const VIEWS = [
  { value: 'picture', label: 'Picture' },
  { value: 'table', label: 'Table' },
] as const;
type View = (typeof VIEWS)[number]['value'];

/** How many runs the server tells at most. */
const MOST = 2_000;

type Given = {
  readonly feed: RunFeed;
  /** Changes when what is to come may be another. */
  readonly pulse: number;
  /** How far the server's clock is ahead of this machine's. */
  readonly skewMs: number;
};

export function TimelinePanel(given: Given) {
  const [search, setSearch] = useSearchParams();
  const period = periodOf(search.get('period'));
  const view: View = search.get('view') === 'table' ? 'table' : 'picture';
  // What is the default stays out of the address.
  const choose = (name: string, value: string, fallback: string) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === fallback) after.delete(name);
      else after.set(name, value);
      return after;
    });
  return (
    <Panel
      title="Timeline"
      flush
      actions={
        <>
          <Choice
            label="Period"
            options={PERIODS}
            value={period}
            onChange={(value) => choose('period', value, DEFAULT_PERIOD)}
          />
          <Choice
            label="View"
            options={VIEWS}
            value={view}
            onChange={(value) => choose('view', value, 'picture')}
          />
        </>
      }
    >
      <Provider value={uncached}>
        <Timeline {...given} period={period} view={view} />
      </Provider>
    </Panel>
  );
}

function Timeline({
  feed,
  pulse,
  skewMs,
  period,
  view,
}: Given & { period: PeriodName; view: View }) {
  const { project } = usePlace();
  // A hundredth of a step: it leaps on soon enough.
  const { fromMs, toMs } = windowOf(period, useNow(stepOf(period) / 100) + skewMs);
  const window = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const { data, error, reread } = useLiveQuery(
    OperationsTimelineDocument,
    {
      projectId: project.id,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
    },
    // Runs that change come with the feed; only what it may have missed is read again.
    `${feed.whole} ${pulse}`,
  );
  const read = data?.timeline;
  const content = useMemo(
    () =>
      read && {
        runs: withFeed<LaneRun>(read.runs, feed, (run) => run),
        due: read.due,
      },
    [read, feed],
  );
  // On a project in a hurry the picture may lag a little rather than hold up everything else.
  const shown = useDeferredValue(content);
  const isEmpty = shown && shown.runs.length === 0 && shown.due.length === 0;
  return (
    <>
      {error && (
        <div className={styles['notice']}>
          <Failure error={error} onRetry={reread} />
        </div>
      )}
      {!shown && !error && (
        <div className={styles['skeleton']}>
          <Skeleton lines={7} />
        </div>
      )}
      {isEmpty && (
        <div className={styles['nothing']}>
          <Nothing />
        </div>
      )}
      {shown && !isEmpty && view === 'picture' && (
        <Picture {...shown} window={window} project={project.slug} skewMs={skewMs} />
      )}
      {shown && !isEmpty && view === 'table' && (
        <TimelineTable {...shown} project={project.slug} skewMs={skewMs} />
      )}
      {read && read.runs.length >= MOST && (
        <p className={styles['notice']}>
          More ran than can be shown: these are the newest {count(MOST)} runs of the period.
        </p>
      )}
    </>
  );
}
