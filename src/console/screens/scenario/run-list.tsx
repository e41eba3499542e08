/** All runs of a scenario, the newest first, in pages. */
import { Link } from 'wouter';
import { ScenarioRunsDocument, type RunState } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { FilterLinks, useFilter } from '../../parts/filter-links.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Pager, usePageVariables } from '../../parts/pager.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Moment, Took } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { RUN_LOOKS, SOURCE_WORDS } from '../../words/states.ts';
import styles from './lists.module.css';

const SIZE = 20;
const STATES = Object.keys(RUN_LOOKS) as RunState[];

export function RunList({
  scenarioId,
  zone,
  pulse,
}: {
  scenarioId: string;
  zone: string;
  pulse: number | null;
}) {
  const { project } = usePlace();
  const state = useFilter('state', STATES);
  const page = usePageVariables(SIZE);
  const { data, error, reread } = useLiveQuery(
    ScenarioRunsDocument,
    { filter: { scenarioId, state }, ...page },
    pulse,
  );
  const runs = data?.runs.nodes;
  return (
    <Panel
      title="Runs"
      flush
      actions={
        <FilterLinks
          label="Show runs that are"
          name="state"
          chosen={state}
          options={STATES.map((value) => ({ value, label: RUN_LOOKS[value].label }))}
        />
      }
    >
      {error && !data && <Failure error={error} onRetry={reread} />}
      {!runs && !error && <Skeleton lines={SIZE} />}
      {runs?.length === 0 && <Empty title={state ? 'No run is like that.' : 'No runs yet.'} />}
      {runs && runs.length > 0 && (
        <table className={styles['list']}>
          <thead>
            <tr>
              <th>State</th>
              <th>Run</th>
              <th>Due</th>
              <th>Started</th>
              <th className={styles['number']}>Took</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  <StateMark looks={RUN_LOOKS} state={run.state} />
                </td>
                <td>
                  <Link href={paths.run(project.slug, run.databaseId)}>{run.databaseId}</Link>
                </td>
                <td data-label="Due">
                  <Moment at={run.dueAt} zone={zone} />
                </td>
                <td data-label="Started">
                  {run.startedAt == null ? '–' : <Moment at={run.startedAt} zone={zone} />}
                </td>
                <td data-label="Took" className={styles['number']}>
                  <Took from={run.startedAt} to={run.finishedAt} />
                </td>
                <td className={styles['why']}>
                  {SOURCE_WORDS[run.source] ?? run.source}
                  {run.reason && <span>{run.reason}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data && (
        <Pager label="Pages of runs" page={data.runs.pageInfo} total={data.runs.totalCount} />
      )}
    </Panel>
  );
}
