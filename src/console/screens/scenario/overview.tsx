/** A scenario at a glance: its steps and how they stand, when it is due next, how it has gone of late. */
import { Link } from 'wouter';
import { useQuery } from 'urql';
import { ScenarioCalendarsDocument } from '../../generated/graphql.ts';
import { Empty, Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { RunStrip } from '../../parts/run-strip.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago, Took } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { RUN_LOOKS } from '../../words/states.ts';
import { span } from '../../words/time.ts';
import { configuredSteps, isWire } from './configured-steps.ts';
import { DueTimes } from './due-times.tsx';
import { runNumbers } from './statistics.ts';
import { StepPicture } from './step-picture.tsx';
import { triggerInput } from './trigger-input.ts';
import type { RecentRun, Scenario } from './use-scenario.ts';
import { WaitingFor } from './waiting-for.tsx';
import styles from './scenario.module.css';

/** @param runs the newest first; undefined until they are read. */
export function Overview({
  scenario,
  runs,
}: {
  scenario: Scenario;
  runs: readonly RecentRun[] | undefined;
}) {
  const { project } = usePlace();
  const steps = configuredSteps(scenario.configuration);
  const latest = runs?.[0];
  const href = latest
    ? paths.run(project.slug, latest.databaseId)
    : paths.scenario(project.slug, scenario.databaseId, 'configuration');
  return (
    <div className={styles['overview']}>
      <div className={styles['whole']}>
        <Panel
          title="Steps"
          note={runs && (latest ? <AsOf run={latest} /> : 'It has not run yet.')}
        >
          <StepPicture steps={steps} latest={latest?.steps} href={href} />
        </Panel>
      </div>
      <Panel title="Next due" note={scenario.zone}>
        <NextDue scenario={scenario} />
      </Panel>
      <Panel
        title="Last runs"
        actions={
          <Link href={paths.scenario(project.slug, scenario.databaseId, 'runs')}>All runs</Link>
        }
      >
        {runs ? <LastRuns runs={runs} /> : <Skeleton lines={4} />}
      </Panel>
    </div>
  );
}

function AsOf({ run }: { run: RecentRun }) {
  const { project } = usePlace();
  return (
    <span className={styles['asOf']}>
      <StateMark looks={RUN_LOOKS} state={run.state} />
      <Link href={paths.run(project.slug, run.databaseId)}>run {run.databaseId}</Link>
      <Ago at={run.startedAt ?? run.createdAt} />
      {run.startedAt != null && (
        <>
          · <Took from={run.startedAt} to={run.finishedAt} />
        </>
      )}
    </span>
  );
}

function NextDue({ scenario }: { scenario: Scenario }) {
  const { trigger, zone, createdAt, nextDueAt, state, project, configuration } = scenario;
  const input = triggerInput(trigger?.wire, createdAt);
  const policies = isWire(configuration) ? configuration['policies'] : null;
  const named = isWire(policies) ? policies['calendar'] : null;
  const [{ data }] = useQuery({
    query: ScenarioCalendarsDocument,
    variables: { projectId: project.id },
    pause: named == null,
  });
  const calendar = data?.calendars.find(({ name }) => name === named) ?? null;
  if (isWire(trigger?.wire) && 'upstream' in trigger.wire)
    return <WaitingFor scenario={scenario} />;
  if (!input) return <Empty title="It has no trigger: it runs when somebody asks for it." />;
  return (
    <>
      {state !== 'ACTIVE' && (
        <p className={styles['quiet']}>As long as it is {STATE_WORDS[state]}, these pass.</p>
      )}
      <DueTimes
        trigger={input}
        zone={zone}
        calendar={calendar}
        pulse={`${nextDueAt} ${zone} ${JSON.stringify(input)}`}
      />
    </>
  );
}

const STATE_WORDS = { PAUSED: 'paused', DISABLED: 'off', BROKEN: 'broken', ACTIVE: '' } as const;

function LastRuns({ runs }: { runs: readonly RecentRun[] }) {
  const { project } = usePlace();
  if (runs.length === 0) return <Empty title="No runs yet." />;
  const { successShare, counted, failed, p50Ms, p95Ms } = runNumbers(runs);
  return (
    <div className={styles['lastRuns']}>
      <RunStrip runs={runs} project={project.slug} slots={50} />
      <dl className={styles['numbers']}>
        <div>
          <dt>Succeeded</dt>
          <dd>{successShare === null ? '–' : `${Math.floor(successShare * 100)} %`}</dd>
          <dd>
            {counted - failed} of the last {counted}
          </dd>
        </div>
        <div>
          <dt>Half take up to</dt>
          <dd>{p50Ms === null ? '–' : span(p50Ms)}</dd>
          <dd>p50, when it succeeds</dd>
        </div>
        <div>
          <dt>Nearly all up to</dt>
          <dd>{p95Ms === null ? '–' : span(p95Ms)}</dd>
          <dd>p95</dd>
        </div>
      </dl>
    </div>
  );
}
