/** One run: what it does or did, step by step, live, and why. */
import { useId, useMemo, useRef } from 'react';
import { Redirect, useParams, useSearchParams } from 'wouter';
import { CancelRun } from '../../commands/end-run.tsx';
import { RetryRun } from '../../commands/retry-run.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page, type Crumb } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { isOver, RUN_LOOKS } from '../../words/states.ts';
import { Details } from './details.tsx';
import { Facts } from './facts.tsx';
import { Gantt } from './gantt.tsx';
import { Lineage } from './lineage.tsx';
import { LogPanel } from './log-panel.tsx';
import { Reason } from './reason.tsx';
import { stepToShow, type RunView } from './run-view.ts';
import { StepPanel } from './step-panel.tsx';
import { useRun, type Run, type Watched } from './use-run.ts';
import styles from './run.module.css';

export default function RunScreen() {
  const { id } = useParams<{ id: string }>();
  // Events belong to one run: another one is another component.
  return /^\d+$/.test(id) ? <OneRun key={id} id={id} /> : <NoRun id={id} />;
}

function OneRun({ id }: { id: string }) {
  const { project } = usePlace();
  const watched = useRun(id, project.id);
  const { answer, run, view } = watched;
  if (answer.error && !answer.data)
    return (
      <Page title={`Run ${id}`}>
        <Failure error={answer.error} onRetry={answer.reread} />
      </Page>
    );
  if (run === undefined) return <Loading id={id} />;
  if (run === null || view === null) return <NoRun id={id} />;
  if (run.project.slug !== project.slug)
    return <Redirect replace href={paths.run(run.project.slug, run.databaseId)} />;
  return <Shown run={run} view={view} stream={watched.stream} />;
}

function Shown({ run, view, stream }: { run: Run; view: RunView; stream: Watched['stream'] }) {
  const { project } = usePlace();
  const [search, setSearch] = useSearchParams();
  const stepId = useId();
  const place = useRef<HTMLDivElement>(null);
  const over = isOver(view.state);
  const name = run.scenario?.name ?? run.name;
  const target = { id: run.id, databaseId: run.databaseId, name };

  const asked = search.get('step');
  const chosen = view.steps.find(({ pos }) => String(pos) === asked);
  const shown = chosen ?? stepToShow(view.steps);
  function choose(pos: number | null) {
    setSearch(pos === null ? {} : { step: String(pos) }, { replace: true });
  }
  function open(pos: number) {
    choose(pos);
    place.current?.scrollIntoView({ block: 'nearest' });
  }
  const parallel = useMemo(() => {
    const marked = new Set(run.configuredSteps.filter((each) => each.parallel).map((s) => s.pos));
    return (pos: number) => marked.has(pos);
  }, [run.configuredSteps]);

  return (
    <Page
      title={`Run ${run.databaseId} of ${name}`}
      crumbs={crumbsOf(run, project.slug)}
      state={
        <span role="status">
          <StateMark looks={RUN_LOOKS} state={view.state} />
        </span>
      }
      actions={
        <>
          {!over && run.canCancel && (
            <CancelRun run={target} asked={view.cancelRequestedAt !== null} kind="danger" />
          )}
          {over && run.canRetry && <RetryRun run={target} failed={view.state === 'FAILED'} />}
        </>
      }
    >
      <Reason view={view} waitsFor={run.tick?.reason ?? null} />
      <Facts run={run} view={view} />
      <Gantt
        run={{ ...view, createdAt: run.createdAt }}
        parallel={parallel}
        shown={shown?.pos ?? null}
        chosen={chosen !== undefined}
        onOpen={open}
        controls={stepId}
        knownMs={Date.parse(stream.events.at(-1)?.at ?? run.createdAt)}
      />
      <div className={styles['work']}>
        <div className={styles['step']} id={stepId} ref={place}>
          {shown && (
            <StepPanel
              // Parts of one step's output that were opened are not those of another.
              key={shown.pos}
              step={shown}
              configured={run.configuredSteps.find(({ pos }) => pos === shown.pos)}
              run={run}
              files={run.artifacts}
            />
          )}
        </div>
        <LogPanel
          stream={stream}
          steps={view.steps}
          pos={chosen?.pos ?? null}
          onPos={choose}
          over={over}
          fileName={`run-${run.databaseId}${chosen ? `-${chosen.name}` : ''}`}
        />
      </div>
      <div className={styles['behind']}>
        <Lineage run={run} />
        <Details run={run} />
      </div>
    </Page>
  );
}

function crumbsOf({ scenario }: Run, project: string): Crumb[] {
  const all = { href: paths.scenarios(project), label: 'Scenarios' };
  if (scenario === null || scenario.deletedAt !== null) return [all];
  return [all, { href: paths.scenario(project, scenario.databaseId), label: scenario.name }];
}

function Loading({ id }: { id: string }) {
  return (
    <Page title={`Run ${id}`}>
      <Skeleton lines={2} />
      <Panel title="Timeline">
        <Skeleton lines={4} height="1.4rem" />
      </Panel>
      <Panel title="Log">
        <Skeleton lines={8} />
      </Panel>
    </Page>
  );
}

function NoRun({ id }: { id: string }) {
  return (
    <Page title={`Run ${id}`}>
      <Empty title={`There is no run ${id} that you may see.`}>
        <p>It may lie in another project, or its history has been removed by retention.</p>
      </Empty>
    </Page>
  );
}
