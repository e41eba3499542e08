/** The project's dashboards: what each has, for which period, how fresh it is on record, whether links to it are open. */
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { DashboardsDocument, type DashboardRowPartsFragment } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePageVariables } from '../../parts/pager.tsx';
import { count } from '../../parts/progress.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { Moment } from '../../parts/time.tsx';
import { Tips } from '../../parts/tips.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { NewDashboard } from './new-dashboard.tsx';
import { filterWords, toFilter } from './period/period.ts';
import { useReturn } from './use-return.ts';
import styles from './dashboards.module.css';

const PAGE = 50;

export default function Dashboards() {
  const { project } = usePlace();
  const [making, setMaking] = useState(false);
  const [search] = useSearchParams();
  const [path, navigate] = useLocation();
  const text = search.get('text')?.trim() ?? '';
  const look = (next: string) =>
    // The first letter is a step that Back undoes, the others refine it.
    navigate(next ? `${path}?text=${encodeURIComponent(next)}` : path, {
      replace: text !== '' && next !== '',
    });
  return (
    <Page
      title="Dashboards"
      actions={
        project.canEdit && (
          <Button kind="primary" icon={<Icon name="plus" />} onClick={() => setMaking(true)}>
            New dashboard
          </Button>
        )
      }
    >
      <search className={styles['filters']}>
        <SearchField label="Find dashboards" placeholder="Title" text={text} onText={look} />
      </search>
      <List text={text} onNew={project.canEdit ? () => setMaking(true) : null} />
      {making && <NewDashboard onClose={() => setMaking(false)} />}
    </Page>
  );
}

function List({ text, onNew }: { text: string; onNew: (() => void) | null }) {
  const { project } = usePlace();
  const page = usePageVariables(PAGE);
  const variables = { ...page, projectId: project.id, q: text || null };
  const { data, error, reread } = useLiveQuery(DashboardsDocument, variables);
  const returns = useReturn();
  useEffect(() => {
    if (returns > 0) reread();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `reread` is another one each time
  }, [returns]);
  if (!data) {
    return error ? (
      <Failure error={error} onRetry={reread} />
    ) : (
      <div className={styles['list']}>
        <div className={styles['skeleton']}>
          <Skeleton lines={8} height="1.75rem" />
        </div>
      </div>
    );
  }
  const { nodes, totalCount, pageInfo } = data.dashboards;
  if (nodes.length === 0) {
    return (
      <div className={styles['list']}>
        {text ? (
          <Empty title={`No dashboard is called “${text}”.`}>
            <ButtonLink href={paths.dashboards(project.slug)}>All dashboards</ButtonLink>
          </Empty>
        ) : (
          <Empty title="No dashboards yet">
            <p>Figures of this project’s warehouse on cards: to look at, to share, to mail.</p>
            {onNew && <Button onClick={onNew}>Make the first</Button>}
          </Empty>
        )}
      </div>
    );
  }
  return (
    <>
      {error && <Failure error={error} onRetry={reread} />}
      <Tips className={styles['list']!}>
        <table className={styles['table']} aria-label="Dashboards">
          <thead>
            <tr>
              <th scope="col">Dashboard</th>
              <th scope="col">Cards</th>
              <th scope="col">Period</th>
              <th scope="col">Changed</th>
              <th scope="col">Last snapshot</th>
              <th scope="col">Links</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((each) => (
              <Row key={each.id} dashboard={each} />
            ))}
          </tbody>
        </table>
        <Pager label="Pages of dashboards" page={pageInfo} total={totalCount} />
      </Tips>
    </>
  );
}

function Row({ dashboard }: { dashboard: DashboardRowPartsFragment }) {
  const { project } = usePlace();
  const { databaseId, title, cardCount, hiddenCardCount, updatedAt, lastSnapshotAt, isShared } =
    dashboard;
  return (
    <tr data-id={dashboard.id}>
      <td className={styles['name']}>
        <Link href={paths.dashboard(project.slug, databaseId)} data-tip-cut="">
          {title}
        </Link>
      </td>
      <td data-label="Cards">
        {count(cardCount)}
        {hiddenCardCount > 0 && (
          <span className={styles['quiet']} data-tip="Cards that you may not see.">
            {' '}
            + {count(hiddenCardCount)} hidden
          </span>
        )}
      </td>
      <td data-label="Period">{filterWords(toFilter(dashboard.defaultTimeFilter))}</td>
      <td data-label="Changed">
        <Moment at={updatedAt} zone={project.timezone ?? undefined} />
      </td>
      <td data-label="Last snapshot">
        {lastSnapshotAt == null ? (
          <span className={styles['quiet']}>never</span>
        ) : (
          <Moment at={lastSnapshotAt} zone={project.timezone ?? undefined} />
        )}
      </td>
      <td data-label="Links">
        {isShared ? (
          <span className={styles['shared']}>
            <Icon name="link" size={14} /> Shared
          </span>
        ) : (
          <span className={styles['quiet']}>{isShared === false ? 'none' : '–'}</span>
        )}
      </td>
    </tr>
  );
}
