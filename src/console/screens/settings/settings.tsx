/** What is set once and rarely changed: the project, its connections, people and their tokens, the organisation, and
 *  what was changed by whom. Each part has an address of its own and is read when it is gone to. */
import { lazy, Suspense } from 'react';
import { Redirect, useParams } from 'wouter';
import { Empty, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { paths, usePlace } from '../../shell/place.ts';

/** In the order of the tabs; the first is where one comes in. */
const PARTS = [
  { at: 'project', label: 'Project', Part: lazy(() => import('./project/project.tsx')) },
  {
    at: 'connectors',
    label: 'Connectors',
    Part: lazy(() => import('./connectors/connectors.tsx')),
  },
  { at: 'members', label: 'Members', Part: lazy(() => import('./members/members.tsx')) },
  { at: 'tokens', label: 'Tokens', Part: lazy(() => import('./tokens/tokens.tsx')) },
  {
    at: 'organisation',
    label: 'Organisation',
    Part: lazy(() => import('./organisation/organisation.tsx')),
  },
  { at: 'audit', label: 'Audit', Part: lazy(() => import('./audit/audit.tsx')) },
  { at: 'you', label: 'You', Part: lazy(() => import('./you/you.tsx')) },
] as const;

export default function SettingsScreen() {
  const { project } = usePlace();
  const { part = '' } = useParams();
  const address = (at: string) => paths.settings(project.slug, at);
  if (part === '') return <Redirect href={address(PARTS[0].at)} replace />;
  const shown = PARTS.find(({ at }) => at === part);
  return (
    <Page title={shown ? `${shown.label} · Settings` : 'Settings'} heading="Settings">
      <TabLinks
        label="Parts of the settings"
        current={address(part)}
        tabs={PARTS.map(({ at, label }) => ({ href: address(at), label }))}
      />
      <Suspense key={part} fallback={<Skeleton lines={10} />}>
        {shown ? <shown.Part /> : <Empty title="There is nothing at this address." />}
      </Suspense>
    </Page>
  );
}
