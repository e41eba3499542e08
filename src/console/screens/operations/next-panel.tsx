/** What comes: the next due time of each scenario that ticks, the soonest first, in the reader's zone and its own. */
import { memo, useMemo } from 'react';
import { Provider } from 'urql';
import { Link } from 'wouter';
import { OperationsComingDocument, OperationsNextDocument } from '../../generated/graphql.ts';
import { useNow } from '../../live/now.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Icon } from '../../parts/icon.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Moment } from '../../parts/time.tsx';
import { Tip } from '../../parts/tip.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { clock, day, fromNow, readerZone, roughSpan } from '../../words/time.ts';
import { uncached } from './uncached.ts';
import styles from './rows.module.css';

const MAX_AHEAD_MS = 31 * 86_400_000;

type Due = { id: string; databaseId: number; name: string; zone: string; at: string };
/** What the calendar and the clocks do with a due time, by scenario and instant. */
type Marks = ReadonlyMap<string, { readonly moved: boolean; readonly excluded: boolean }>;

const keyOf = (scenarioId: string, at: string) => `${scenarioId} ${at}`;

export const NextPanel = memo(function NextPanel({ pulse }: { pulse: number }) {
  const { project } = usePlace();
  const projectId = project.id;
  const { data, error, loading, reread } = useLiveQuery(
    OperationsNextDocument,
    { projectId },
    pulse,
  );
  const due = useMemo(
    () =>
      (data?.scenarios.nodes ?? [])
        .flatMap(({ nextDueAt, ...scenario }) =>
          nextDueAt == null || scenario.state !== 'ACTIVE' ? [] : [{ ...scenario, at: nextDueAt }],
        )
        .sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    [data],
  );
  return (
    <Panel title="Next due" note="the soonest of each scenario">
      {loading && <Skeleton lines={8} />}
      {error && !data && <Failure error={error} onRetry={reread} />}
      {data && due.length === 0 && (
        <Empty title="Nothing is due">
          <p>No scenario ticks: they are off, paused, or run by hand or on upstream success.</p>
          <Link href={paths.scenarios(project.slug)}>To the scenarios</Link>
        </Empty>
      )}
      {due.length > 0 && (
        <Provider value={uncached}>
          <List due={due} projectId={projectId} project={project.slug} />
        </Provider>
      )}
    </Panel>
  );
});

function List({
  due,
  projectId,
  project,
}: {
  due: readonly Due[];
  projectId: string;
  project: string;
}) {
  const fromMs = Math.min(...due.map(({ at }) => Date.parse(at)));
  const lastMs = Math.max(...due.map(({ at }) => Date.parse(at)));
  const toMs = Math.min(lastMs + 1_000, fromMs + MAX_AHEAD_MS);
  const { data } = useLiveQuery(OperationsComingDocument, {
    projectId,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  });
  const marks: Marks = useMemo(
    () =>
      new Map(
        (data?.timeline.due ?? []).map(({ scenario, at, movedByClockChange, excluded }) => [
          keyOf(scenario.id, at),
          { moved: movedByClockChange, excluded },
        ]),
      ),
    [data],
  );
  const now = useNow();
  return (
    <ol className={styles['rows']} data-list="next">
      {due.map(({ id, databaseId, name, zone, at }) => {
        const mark = marks.get(keyOf(id, at));
        return (
          <li key={id} className={styles['row']}>
            <div className={styles['what']}>
              <Link href={paths.scenario(project, databaseId)} className={styles['name']}>
                {name}
              </Link>
              {zone !== readerZone && (
                <span className={styles['quiet']}>
                  {clock(at, zone, { seconds: false })}
                  {day(at, zone, now) !== day(at, readerZone, now) &&
                    `, ${day(at, zone, now)}`} in{' '}
                  {zone}
                </span>
              )}
              {mark?.moved === true && (
                <Flag
                  label="Moved by a clock change"
                  text="The clocks skip the time as written, so it is due where they land."
                />
              )}
              {mark?.excluded === true && (
                <Flag
                  label="Left out by its calendar"
                  text="The calendar excludes the day: no run is made."
                />
              )}
            </div>
            <div className={styles['when']}>
              <When at={at} now={now} />
              <span className={styles['quiet']}>
                <Moment at={at} zone={zone} />
              </span>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** What is due and not decided after that long waits for a worker. */
const LATE_MS = 10_000;

function When({ at, now }: { at: string; now: number }) {
  const lateMs = now - Date.parse(at);
  if (lateMs > LATE_MS) return <span className={styles['late']}>{roughSpan(lateMs)} late</span>;
  return <span>{lateMs >= 0 ? 'now' : fromNow(at, now)}</span>;
}

function Flag({ label, text }: { label: string; text: string }) {
  return (
    <Tip text={text}>
      <button type="button" className={styles['flag']}>
        <Icon name="warn" size={12} /> {label}
      </button>
    </Tip>
  );
}
