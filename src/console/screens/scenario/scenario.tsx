/** One scenario: how it goes, what ran, what was decided, how it is configured and how it came to be so. Each part has
 *  an address of its own. */
import { lazy, Suspense, type ReactNode } from 'react';
import { useParams } from 'wouter';
import { usePlace, paths } from '../../shell/place.ts';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { ButtonLink } from '../../parts/button.tsx';
import { SCENARIO_LOOKS } from '../../words/states.ts';
import { useIsChanged } from './draft.ts';
import { Overview } from './overview.tsx';
import { Runs } from './runs.tsx';
import { ScenarioActions } from './scenario-actions.tsx';
import { ScenarioMeta } from './scenario-meta.tsx';
import { ScenarioNotices } from './scenario-notices.tsx';
import { Ticks } from './ticks.tsx';
import { useDraftGuard } from './use-draft-guard.ts';
import { useScenario } from './use-scenario.ts';

// Editors and differences weigh more than all the rest.
const ConfigurationPart = lazy(() => import('./configuration-part.tsx'));
const Versions = lazy(() => import('./versions.tsx'));

const PARTS = [
  ['', 'Overview'],
  ['runs', 'Runs'],
  ['ticks', 'Ticks'],
  ['configuration', 'Configuration'],
  ['versions', 'Versions'],
] as const;

export default function ScenarioScreen() {
  const { id = '', part = '' } = useParams();
  return <Watched key={id} id={id} part={part} />;
}

function Watched({ id, part }: { id: string; part: string }) {
  const { project } = usePlace();
  const watched = useScenario(id);
  const { answer, runs, runsAnswer, decided, ran } = watched;
  const isChanged = useIsChanged(id);
  useDraftGuard(id, paths.scenario(project.slug, Number(id)));
  const crumbs = [{ href: paths.scenarios(project.slug), label: 'Scenarios' }];
  const scenario = answer.data?.scenario;

  if (!scenario) {
    return (
      <Page title={answer.data ? 'No such scenario' : 'Scenario'} crumbs={crumbs}>
        {answer.error ? (
          <Failure error={answer.error} onRetry={answer.reread} />
        ) : answer.data ? (
          <Empty title="It was deleted, or never was, or is not yours to see.">
            <p>Its runs can still be read.</p>
            <ButtonLink href={paths.scenarios(project.slug)}>To the scenarios</ButtonLink>
          </Empty>
        ) : (
          <Skeleton lines={8} />
        )}
      </Page>
    );
  }

  const shown: Record<string, () => ReactNode> = {
    '': () => <Overview scenario={scenario} runs={runs} />,
    runs: () => <Runs scenario={scenario} recent={runs} pulse={ran} />,
    ticks: () => <Ticks scenario={scenario} pulse={`${decided} ${ran}`} />,
    configuration: () => <ConfigurationPart scenario={scenario} />,
    versions: () => <Versions scenario={scenario} />,
  };
  const address = (at: string) => paths.scenario(project.slug, scenario.databaseId, at);
  return (
    <Page
      title={scenario.name}
      crumbs={crumbs}
      state={<StateMark looks={SCENARIO_LOOKS} state={scenario.state} />}
      meta={<ScenarioMeta scenario={scenario} />}
      actions={<ScenarioActions scenario={scenario} quiet={part === 'configuration'} />}
    >
      <ScenarioNotices scenario={scenario} />
      <TabLinks
        label="Parts of this scenario"
        current={address(part)}
        tabs={PARTS.map(([at, label]) => ({
          href: address(at),
          label: at === 'configuration' && isChanged ? `${label} (not saved)` : label,
          ...(at === 'versions' && { count: scenario.version }),
        }))}
      />
      {runsAnswer.error && !runs && (
        <Failure error={runsAnswer.error} onRetry={runsAnswer.reread} />
      )}
      <Suspense fallback={<Skeleton lines={12} />}>
        {shown[part]?.() ?? <Empty title="There is nothing at this address." />}
      </Suspense>
    </Page>
  );
}
