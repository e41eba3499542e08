/** One dashboard: to look at, to edit, with its history, its links, and the way into a mail. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { DashboardDocument, type DashboardQuery } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu, MenuGap, MenuItem } from '../../parts/menu.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { count } from '../../parts/progress.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { Moment } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { filterWords, toFilter } from './period/period.ts';
import { useReturn } from './use-return.ts';
import { ViewPart } from './view/view-part.tsx';

const Editor = lazy(() => import('./edit/editor.tsx'));
const HistoryDrawer = lazy(() => import('./history/history-drawer.tsx'));
const ShareDialog = lazy(() => import('./share-dialog.tsx'));
const SendDialog = lazy(() => import('./send-dialog.tsx'));
const DeleteDialog = lazy(() => import('./delete-dialog.tsx'));

export type Dashboard = NonNullable<DashboardQuery['dashboard']>;
type Asking = 'share' | 'send' | 'test' | 'delete';

export default function DashboardScreen() {
  const { id = '', part = '' } = useParams();
  return <Read key={id} id={id} part={part} />;
}

function Read({ id, part }: { id: string; part: string }) {
  const { project } = usePlace();
  const isNumber = /^\d{1,9}$/.test(id);
  const { data, error, reread } = useLiveQuery(DashboardDocument, { id }, null, {
    pause: !isNumber,
  });
  const returns = useReturn();
  useEffect(() => {
    if (returns > 0 && isNumber) reread();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `reread` is another one each time
  }, [returns]);
  const dashboard = data?.dashboard ?? null;
  if (dashboard?.project.slug === project.slug) {
    return <Shown dashboard={dashboard} part={part} reread={reread} />;
  }
  const crumbs = [{ href: paths.dashboards(project.slug), label: 'Dashboards' }];
  return (
    <Page title={data || !isNumber ? 'No such dashboard' : 'Dashboard'} crumbs={crumbs}>
      {error && !data ? (
        <Failure error={error} onRetry={reread} />
      ) : data || !isNumber ? (
        <Empty title="It was deleted, or never was.">
          <ButtonLink href={paths.dashboards(project.slug)}>To the dashboards</ButtonLink>
        </Empty>
      ) : (
        <Skeleton lines={10} height="1.75rem" />
      )}
    </Page>
  );
}

function Shown({
  dashboard,
  part,
  reread,
}: {
  dashboard: Dashboard;
  part: string;
  reread: () => void;
}) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState<Asking | null>(null);
  const { canEdit, databaseId, title, cardCount, hiddenCardCount } = dashboard;
  const address = (at?: string) => paths.dashboard(project.slug, databaseId, at);
  const close = () => setAsking(null);
  const dialog = { dashboard, onClose: close };
  const isKnown = part === '' || part === 'history' || (part === 'edit' && canEdit);
  return (
    <Page
      title={title}
      crumbs={[{ href: paths.dashboards(project.slug), label: 'Dashboards' }]}
      meta={
        <>
          <span>
            {count(cardCount)} {cardCount === 1 ? 'card' : 'cards'}
            {hiddenCardCount > 0 && `, ${count(hiddenCardCount)} more that you may not see`}
          </span>
          <span>{filterWords(toFilter(dashboard.defaultTimeFilter))}</span>
          <span>
            Changed <Moment at={dashboard.updatedAt} zone={project.timezone ?? undefined} />
          </span>
          {dashboard.isShared && <span>Links are open</span>}
        </>
      }
      actions={
        <>
          <ButtonLink href={address('history')} icon={<Icon name="history" />}>
            History
          </ButtonLink>
          {canEdit && (
            <>
              <Button icon={<Icon name="link" />} onClick={() => setAsking('share')}>
                Share
              </Button>
              <Button kind="primary" icon={<Icon name="send" />} onClick={() => setAsking('send')}>
                Send now
              </Button>
              <Menu trigger={<Button icon={<Icon name="more" />} aria-label="More" title="More" />}>
                <MenuItem icon={<Icon name="user" />} onSelect={() => setAsking('test')}>
                  Send test to me
                </MenuItem>
                <MenuGap />
                <MenuItem danger icon={<Icon name="bin" />} onSelect={() => setAsking('delete')}>
                  Delete
                </MenuItem>
              </Menu>
            </>
          )}
        </>
      }
    >
      {canEdit && (
        <TabLinks
          label="Parts of this dashboard"
          current={address(part === 'edit' ? 'edit' : undefined)}
          tabs={[
            { href: address(), label: 'View' },
            { href: address('edit'), label: 'Edit' },
          ]}
        />
      )}
      <Suspense fallback={<Skeleton lines={10} height="1.75rem" />}>
        {part === 'edit' && canEdit ? (
          <Editor dashboard={dashboard} reread={reread} />
        ) : isKnown ? (
          <ViewPart dashboard={dashboard} />
        ) : (
          <Empty title="There is nothing at this address." />
        )}
      </Suspense>
      <Suspense>
        {part === 'history' && (
          <HistoryDrawer dashboard={dashboard} onClose={() => navigate(address())} />
        )}
        {asking === 'share' && <ShareDialog {...dialog} />}
        {asking === 'send' && <SendDialog {...dialog} />}
        {asking === 'test' && <SendDialog {...dialog} toMe />}
        {asking === 'delete' && (
          <DeleteDialog
            {...dialog}
            onDeleted={() => navigate(paths.dashboards(project.slug), { replace: true })}
          />
        )}
      </Suspense>
    </Page>
  );
}
