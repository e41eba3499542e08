/** What failed within the last day, the latest first, each with its reason in the server's words and what became of
 *  it. */
import { memo, useState } from 'react';
import { Link } from 'wouter';
import {
  OperationsFailuresDocument,
  type OperationsFailuresQuery,
} from '../../generated/graphql.ts';
import { useNow } from '../../live/now.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { RetryRun } from '../../commands/retry-run.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { count } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago, Moment } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { RUN_LOOKS } from '../../words/states.ts';
import { withFeed, type RunFeed } from './use-run-feed.ts';
import styles from './rows.module.css';

type Failed = OperationsFailuresQuery['runs']['nodes'][number];

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** How many stand there at first; the newest tell most. */
const PAGE = 8;
/** How many the question asks for. */
const READ = 50;
const endMs = ({ finishedAt }: Failed) => (finishedAt === null ? 0 : Date.parse(finishedAt));

/** @param total how many there are in all, when that is known: more than are listed. */
export function FailuresPanel({ feed, total }: { feed: RunFeed; total: number | undefined }) {
  const { project } = usePlace();
  const now = useNow(MINUTE_MS);
  const { data, error, loading, reread } = useLiveQuery(
    OperationsFailuresDocument,
    { projectId: project.id },
    feed.moved,
  );
  const failed = data
    ? withFeed<Failed>(data.runs.nodes, feed, (run) => ({ retries: [], ...run }))
        .filter((run) => run.state === 'FAILED' && endMs(run) > now - DAY_MS)
        .sort((a, b) => endMs(b) - endMs(a))
    : [];
  const [shown, setShown] = useState(PAGE);
  const unread = (total ?? 0) - failed.length;
  return (
    <Panel
      title="Failures of the last day"
      note={failed.length > 0 ? count(Math.max(failed.length, total ?? 0)) : undefined}
    >
      {loading && <Skeleton lines={4} />}
      {error && !data && <Failure error={error} onRetry={reread} />}
      {data && failed.length === 0 && <Empty title="Nothing failed within the last day" />}
      {failed.length > 0 && (
        <ul className={styles['rows']} data-list="failures">
          {failed.slice(0, shown).map((run) => (
            <Row key={run.id} run={run} project={project.slug} />
          ))}
        </ul>
      )}
      {shown < failed.length && (
        <div className={styles['more']}>
          <Button onClick={() => setShown(failed.length)}>
            Show {count(failed.length - shown)} more
          </Button>
        </div>
      )}
      {/* Small differences are those between two readings. */}
      {shown >= failed.length && failed.length >= READ && unread > 0 && (
        <p className={styles['more']}>
          These are the latest; {count(unread)} more failed within the day.
        </p>
      )}
    </Panel>
  );
}

/** Of a list that hears of every run, one row changes at a time. */
const Row = memo(function Row({ run, project }: { run: Failed; project: string }) {
  const { databaseId, name, scenario, reason, finishedAt, canRetry } = run;
  return (
    <li className={styles['row']} data-run={databaseId}>
      <StateMark looks={RUN_LOOKS} state="FAILED" quiet />
      <div className={styles['what']}>
        <Link href={paths.run(project, databaseId)} className={styles['name']}>
          {name}
        </Link>
        <span className={styles['quiet']}>
          #{databaseId}
          <Tries run={run} project={project} />
        </span>
      </div>
      <div className={styles['when']}>
        {finishedAt !== null && (
          <>
            <span>
              <Ago at={finishedAt} zone={scenario?.zone} />
            </span>
            <span className={styles['quiet']}>
              <Moment at={finishedAt} zone={scenario?.zone} />
            </span>
          </>
        )}
      </div>
      <div className={styles['act']}>{canRetry && <RetryRun run={run} failed compact />}</div>
      <p className={styles['reason']}>{reason ?? 'No reason was recorded.'}</p>
    </li>
  );
});

/** Which try it was, and what a later one came to. */
function Tries({ run, project }: { run: Failed; project: string }) {
  const { steps, originRunId, retryMode } = run;
  // A run without a single retry has none of its own.
  const retry = (run.retries ?? []).toSorted((a, b) => a.databaseId - b.databaseId).at(-1);
  const tries = Math.max(
    0,
    ...steps.filter(({ state }) => state === 'FAILED').map((s) => s.attempt),
  );
  return (
    <>
      {tries > 1 && `, ${tries} attempts`}
      {retryMode !== null && originRunId !== null && (
        <>
          , retry of <Link href={paths.run(project, originRunId)}>#{originRunId}</Link>
        </>
      )}
      {retry && (
        <>
          , retried as{' '}
          <Link href={paths.run(project, retry.databaseId)} className={styles['retried']}>
            #{retry.databaseId} <StateMark looks={RUN_LOOKS} state={retry.state} />
          </Link>
        </>
      )}
    </>
  );
}
