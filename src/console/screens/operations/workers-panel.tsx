/** Who does the work: each worker with its slots, the age of its beat and what it runs. */
import { Link } from 'wouter';
import { OperationsWorkersDocument, type OperationsWorkersQuery } from '../../generated/graphql.ts';
import { useLost } from '../../live/lost.ts';
import { useNow } from '../../live/now.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Moment } from '../../parts/time.tsx';
import { Tip } from '../../parts/tip.tsx';
import { paths } from '../../shell/place.ts';
import type { StateLook } from '../../words/states.ts';
import { ageWords, type Health } from './health-words.ts';
import styles from './workers-panel.module.css';

type Worker = OperationsWorkersQuery['workers'][number];

const LOOKS = {
  BEATS: { label: 'Beats', tone: 'good', shape: 'check' },
  LATE: { label: 'Late', tone: 'warn', shape: 'bolt' },
  SILENT: { label: 'Silent', tone: 'bad', shape: 'cross' },
} as const satisfies Record<string, StateLook>;

// A worker of a hundred slots must not push everything else away.
const RUNS_SHOWN = 6;

export function WorkersPanel({
  health,
  atMs,
  pulse,
}: {
  health: Health | undefined;
  /** When that was told, on this machine's clock. */
  atMs: number;
  pulse: string;
}) {
  const { data, error, loading, reread } = useLiveQuery(OperationsWorkersDocument, {}, pulse);
  const workers = data?.workers ?? [];
  return (
    <Panel title="Workers" note={data && `${workers.length} here`} flush={workers.length > 0}>
      {loading && <Skeleton lines={3} />}
      {error && !data && <Failure error={error} onRetry={reread} />}
      {data && workers.length === 0 && (
        <Empty title="No worker is here">
          <p>
            Nothing runs without one. Start one: <code>npm run worker</code>
          </p>
        </Empty>
      )}
      {workers.length > 0 && (
        <table className={styles['workers']}>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">Beat</th>
              <th scope="col">Slots in use</th>
              <th scope="col">Runs</th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <Row key={worker.id} worker={worker} health={health} atMs={atMs} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

type Beat = { readonly seconds: number; readonly state: keyof typeof LOOKS };

function Row({
  worker,
  health,
  atMs,
}: {
  worker: Worker;
  health: Health | undefined;
  atMs: number;
}) {
  const { workerId, host, pid, version, slots, slotsInUse, lastSeenAt, startedAt } = worker;
  const runs = worker.runs.filter(({ state }) => state === 'RUNNING');
  const beat = useBeat(lastSeenAt, health, atMs);
  const unseen = slotsInUse - worker.runs.length;
  const rest = [
    runs.length > RUNS_SHOWN && `${runs.length - RUNS_SHOWN} more`,
    unseen > 0 && `${unseen} of projects that you may not see`,
  ].filter(Boolean);
  return (
    <tr>
      <th scope="row">
        <Tip
          text={
            <>
              {workerId}, process {pid}, since <Moment at={startedAt} />
            </>
          }
        >
          {/* A tip must be reachable by keyboard. */}
          <button type="button" className={styles['name']}>
            {host}
          </button>
        </Tip>
        <span className={styles['version']}>{version}</span>
      </th>
      <td>
        {beat && (
          <span className={styles['beat']}>
            <StateMark looks={LOOKS} state={beat.state} quiet />
            <span>{ageWords(beat.seconds)} ago</span>
          </span>
        )}
      </td>
      <td>
        <Slots used={slotsInUse} all={slots} />
      </td>
      <td>
        <ul className={styles['runs']}>
          {runs.slice(0, RUNS_SHOWN).map(({ id, databaseId, name, project }) => (
            <li key={id}>
              <Link href={paths.run(project.slug, databaseId)}>{name}</Link>
            </li>
          ))}
          {rest.length > 0 && <li className={styles['quiet']}>and {rest.join(', ')}</li>}
          {runs.length === 0 && rest.length === 0 && (
            <li className={styles['quiet']}>
              {beat?.state === 'SILENT' ? 'not heard of' : 'idle'}
            </li>
          )}
        </ul>
      </td>
    </tr>
  );
}

/** How long ago a worker beat, counted from what the server said of the latest beat of all. */
function useBeat(lastSeenAt: string, health: Health | undefined, atMs: number): Beat | null {
  const now = useNow();
  const lost = useLost();
  if (!health) return null;
  const behindMs = Date.parse(health.lastSeenAt ?? lastSeenAt) - Date.parse(lastSeenAt);
  const goneMs = Math.max(0, (lost ?? now) - atMs);
  const seconds = Math.max(0, (health.lastSeenSeconds ?? 0) + (behindMs + goneMs) / 1000);
  if (seconds >= health.staleSeconds) return { seconds, state: 'SILENT' };
  return { seconds, state: seconds >= health.amberSeconds ? 'LATE' : 'BEATS' };
}

function Slots({ used, all }: { used: number; all: number }) {
  return (
    <span className={styles['slots']}>
      <span>
        {used} of {all}
      </span>
      <span className={styles['meter']} aria-hidden="true">
        <span style={{ width: `${Math.min(1, used / Math.max(1, all)) * 100}%` }} />
      </span>
    </span>
  );
}
