/** What runs now: each run with the step that it is at, how far that is, since when; and the way to end it. */
import { Link } from 'wouter';
import { OperationsRunningDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { CancelRun } from '../../commands/end-run.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Progress } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Moment, Took } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { RUN_LOOKS, SOURCE_WORDS } from '../../words/states.ts';
import { withFeed, type FeedRun, type RunFeed } from './use-run-feed.ts';
import styles from './rows.module.css';

const startMs = ({ startedAt, createdAt }: FeedRun) => Date.parse(startedAt ?? createdAt);

export function RunningPanel({ feed }: { feed: RunFeed }) {
  const { project } = usePlace();
  const { data, error, loading, reread } = useLiveQuery(
    OperationsRunningDocument,
    { projectId: project.id },
    feed.moved,
  );
  const running = data
    ? withFeed<FeedRun>(data.runs.nodes, feed, (run) => run)
        .filter(({ state }) => state === 'RUNNING')
        .sort((a, b) => startMs(b) - startMs(a))
    : [];
  return (
    <Panel title="Running now" note={running.length > 0 ? running.length : undefined}>
      <div className={styles['room']}>
        {loading && <Skeleton lines={4} />}
        {error && !data && <Failure error={error} onRetry={reread} />}
        {data && running.length === 0 && <Empty title="Nothing runs at the moment" />}
        {running.length > 0 && (
          <ul className={styles['rows']} data-list="running">
            {running.map((run) => (
              <Row key={run.id} run={run} project={project.slug} />
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

function Row({ run, project }: { run: FeedRun; project: string }) {
  const { databaseId, name, scenario, source, startedAt, cancelRequestedAt, canCancel } = run;
  return (
    <li className={styles['row']} data-run={databaseId}>
      <StateMark looks={RUN_LOOKS} state="RUNNING" quiet />
      <div className={styles['what']}>
        <Link href={paths.run(project, databaseId)} className={styles['name']}>
          {name}
        </Link>
        <span className={styles['quiet']}>
          #{databaseId} {SOURCE_WORDS[source]}
          {cancelRequestedAt !== null && ', asked to end'}
        </span>
      </div>
      <Step run={run} />
      <div className={styles['when']}>
        <span>
          <Took from={startedAt} to={null} />
        </span>
        {startedAt !== null && (
          <span className={styles['quiet']}>
            <Moment at={startedAt} zone={scenario?.zone} />
          </span>
        )}
      </div>
      <div className={styles['act']}>
        {canCancel && (
          <CancelRun run={run} asked={cancelRequestedAt !== null} kind="quiet" compact />
        )}
      </div>
    </li>
  );
}

/** The steps that work, by name, and how far the first is that says so. */
function Step({ run: { steps } }: { run: FeedRun }) {
  const working = steps.filter(({ state }) => state === 'RUNNING');
  const [first] = working;
  const names = working.map(({ name }) => name).join(', ');
  const progress = working.find((step) => step.progress !== null)?.progress;
  return (
    <div className={styles['step']}>
      <span>
        {first ? (
          <>
            {names}{' '}
            <span className={styles['quiet']}>
              step {first.pos + 1} of {steps.length}
            </span>
          </>
        ) : (
          <span className={styles['quiet']}>between steps</span>
        )}
      </span>
      {progress && <Progress value={progress} label={`Progress of ${names}`} />}
    </div>
  );
}
