/** What was decided about every due time, and why: the answer to "why did it (not) run?". */
import { Link } from 'wouter';
import {
  ScenarioTicksDocument,
  type ScenarioTicksQuery,
  type TickOutcome,
} from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { FilterLinks, useFilter } from '../../parts/filter-links.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Pager, usePageVariables } from '../../parts/pager.tsx';
import { Panel } from '../../parts/panel.tsx';
import { count } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Moment } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { RUN_LOOKS, SOURCE_WORDS, TICK_LOOKS } from '../../words/states.ts';
import { tickSentence } from '../../words/ticks.ts';
import type { Scenario } from './use-scenario.ts';
import styles from './lists.module.css';

const SIZE = 25;
const OUTCOMES = Object.keys(TICK_LOOKS) as TickOutcome[];

type Tick = ScenarioTicksQuery['ticks']['nodes'][number];

export function Ticks({ scenario: { id, zone }, pulse }: { scenario: Scenario; pulse: string }) {
  const outcome = useFilter('outcome', OUTCOMES);
  const page = usePageVariables(SIZE);
  const { data, error, reread } = useLiveQuery(
    ScenarioTicksDocument,
    { filter: { scenarioId: id, outcome }, ...page },
    pulse,
  );
  const ticks = data?.ticks.nodes;
  return (
    <Panel
      title="Why it did, or did not, run"
      flush
      actions={
        <FilterLinks
          label="Show ticks that are"
          name="outcome"
          chosen={outcome}
          options={OUTCOMES.map((value) => ({ value, label: TICK_LOOKS[value]!.label }))}
        />
      }
    >
      {error && !data && <Failure error={error} onRetry={reread} />}
      {!ticks && !error && <Skeleton lines={SIZE} />}
      {ticks?.length === 0 && (
        <Empty title={outcome ? 'Nothing was decided like that.' : 'Nothing was decided yet.'}>
          {!outcome && <p>Every due time that passes leaves a line here, whether it ran or not.</p>}
        </Empty>
      )}
      {ticks && ticks.length > 0 && (
        <table className={styles['list']}>
          <thead>
            <tr>
              <th>Outcome</th>
              <th>Due</th>
              <th>In one sentence</th>
              <th>Made due</th>
              <th>Run</th>
            </tr>
          </thead>
          <tbody>
            {ticks.map((tick) => (
              <Row key={tick.id} tick={tick} zone={zone} />
            ))}
          </tbody>
        </table>
      )}
      {data && (
        <Pager label="Pages of ticks" page={data.ticks.pageInfo} total={data.ticks.totalCount} />
      )}
    </Panel>
  );
}

function Row({ tick, zone }: { tick: Tick; zone: string }) {
  const { project } = usePlace();
  const { outcome, dueAt, untilAt, run, source, detail } = tick;
  const isSpan = tick.count > 1 && untilAt != null;
  return (
    <tr data-outcome={outcome}>
      <td>
        <StateMark looks={TICK_LOOKS} state={outcome} />
      </td>
      <td data-label="Due">
        <Moment at={dueAt} zone={zone} />
        {isSpan && (
          <span className={styles['span']}>
            to <Moment at={untilAt} zone={zone} />, {count(tick.count)} times
          </span>
        )}
      </td>
      <td className={styles['why']}>
        {tickSentence(tick)}
        {outcome === 'ERROR' && detail != null && <code>{JSON.stringify(detail)}</code>}
      </td>
      <td data-label="Made due">{SOURCE_WORDS[source] ?? source}</td>
      <td data-label="Run">
        {run ? (
          <Link className={styles['run']} href={paths.run(project.slug, run.databaseId)}>
            <StateMark looks={RUN_LOOKS} state={run.state} quiet />
            {run.databaseId}
          </Link>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}
