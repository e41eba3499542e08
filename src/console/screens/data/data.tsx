/** A project's data: the Flow as a picture, its datasets, recipes, agents and connectors, and a page for each. Which of
 *  them stands in the address. */
import { lazy, Suspense } from 'react';
import { useRoute } from 'wouter';
import { ButtonLink } from '../../parts/button.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { AgentList } from './agent-list.tsx';
import { FlowView } from './flow-view.tsx';
import { useFlow } from './flow.ts';
import { NodeList } from './node-list.tsx';
import { NewButton } from './new-button.tsx';

const DatasetPage = lazy(() => import('./dataset-page.tsx'));
const RecipePage = lazy(() => import('./recipe-page.tsx'));
const AgentPage = lazy(() => import('./agent-page.tsx'));
const Connectors = lazy(() => import('../settings/connectors/connectors.tsx'));

const PAGES = { datasets: DatasetPage, recipes: RecipePage, agents: AgentPage } as const;

export default function Data() {
  const { project } = usePlace();
  const [, place] = useRoute<{ project: string; part?: string; id?: string }>(
    '/p/:project/data/:part?/:id?',
  );
  const { part = '', id } = place ?? {};
  if (id !== undefined && Object.hasOwn(PAGES, part)) {
    const One = PAGES[part as keyof typeof PAGES];
    return (
      <Suspense
        fallback={
          <Page title="Data">
            <Skeleton lines={8} />
          </Page>
        }
      >
        <One key={id} id={id} />
      </Suspense>
    );
  }
  return <Overview part={part} project={project.slug} />;
}

function Overview({ part, project }: { part: string; project: string }) {
  const { data, error, reread } = useFlow();
  const flow = data?.flow;
  const nodes = flow?.nodes ?? [];
  const counted = (kind: string) =>
    flow && { count: nodes.filter((node) => node.kind === kind).length };
  const tabs = [
    { href: paths.data(project), label: 'Flow' },
    { href: paths.data(project, 'datasets'), label: 'Datasets', ...counted('DATASET') },
    { href: paths.data(project, 'recipes'), label: 'Recipes', ...counted('RECIPE') },
    { href: paths.data(project, 'agents'), label: 'Agents' },
    { href: paths.data(project, 'connectors'), label: 'Connectors' },
  ];
  const content = () => {
    switch (part) {
      case '':
        return flow ? <FlowView flow={flow} /> : <Skeleton lines={8} height="1.75rem" />;
      case 'datasets':
        return <NodeList kind="DATASET" flow={flow} />;
      case 'recipes':
        return <NodeList kind="RECIPE" flow={flow} />;
      case 'agents':
        return <AgentList />;
      case 'connectors':
        return (
          <Suspense fallback={<Skeleton lines={6} />}>
            <Connectors />
          </Suspense>
        );
      default:
        return (
          <Empty title="There is nothing at this address.">
            <ButtonLink href={paths.data(project)}>To the Flow</ButtonLink>
          </Empty>
        );
    }
  };
  return (
    <Page
      title="Data"
      actions={flow?.canEdit && part !== 'connectors' && <NewButton part={part} />}
    >
      <TabLinks
        label="Parts of the data"
        tabs={tabs}
        current={paths.data(project, part || undefined)}
      />
      {error && <Failure error={error} onRetry={reread} />}
      {content()}
    </Page>
  );
}
