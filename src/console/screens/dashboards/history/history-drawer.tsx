/** Every state of a dashboard that is on record: who made it and how, what changed since, and the way back. */
import { useState } from 'react';
import {
  DashboardRevisionsDocument,
  type DashboardRevisionsQuery,
} from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { Drawer } from '../../../parts/drawer.tsx';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { StateMark } from '../../../parts/state-mark.tsx';
import { Moment } from '../../../parts/time.tsx';
import { usePlace } from '../../../shell/place.ts';
import type { Dashboard } from '../dashboard.tsx';
import { Comparison } from './comparison.tsx';
import { REVISION_LOOKS } from './looks.ts';
import styles from './history.module.css';

export type Revision = DashboardRevisionsQuery['dashboardRevisions']['nodes'][number];

const PAGE = 50;

export default function HistoryDrawer({
  dashboard,
  onClose,
}: {
  dashboard: Dashboard;
  onClose: () => void;
}) {
  const [size, setSize] = useState(PAGE);
  // By the version: what is saved meanwhile stands in the list.
  const { data, error, reread } = useLiveQuery(
    DashboardRevisionsDocument,
    { id: dashboard.id, first: size },
    dashboard.version,
  );
  const [chosen, setChosen] = useState<number | null>(null);
  const revisions = data?.dashboardRevisions.nodes ?? [];
  const at = revisions.findIndex(({ revision }) => revision === chosen);
  return (
    <Drawer title={`History of ${dashboard.title}`} onClose={onClose}>
      {error && <Failure error={error} onRetry={reread} />}
      {!data && !error && <Skeleton lines={8} height="1.75rem" />}
      {data && revisions.length === 0 && (
        <p className={styles['quiet']}>Nothing is on record yet: the first edit will be.</p>
      )}
      <ol className={styles['list']} aria-label="Revisions">
        {revisions.map((each, index) => {
          const isOpen = index === at;
          return (
            <li key={each.id} data-open={isOpen || undefined}>
              <button
                type="button"
                className={styles['entry']}
                aria-expanded={isOpen}
                onClick={() => setChosen(isOpen ? null : each.revision)}
              >
                <Entry revision={each} isNewest={index === 0} />
              </button>
              {isOpen && (
                <Comparison
                  key={each.revision}
                  dashboard={dashboard}
                  revision={each}
                  before={revisions[index + 1]?.revision ?? null}
                  isNewest={index === 0}
                  onRestored={() => {
                    setChosen(null);
                    reread();
                  }}
                />
              )}
            </li>
          );
        })}
      </ol>
      {data?.dashboardRevisions.pageInfo.hasNextPage && (
        <Button onClick={() => setSize((before) => Math.min(before + PAGE, 200))}>
          Show older ones
        </Button>
      )}
    </Drawer>
  );
}

function Entry({
  revision: { revision, kind, note, author, createdAt },
  isNewest,
}: {
  revision: Revision;
  isNewest: boolean;
}) {
  const { project } = usePlace();
  const label = REVISION_LOOKS[kind]?.label;
  return (
    <>
      <span className={styles['number']}>{revision}</span>
      <span className={styles['what']}>
        <StateMark looks={REVISION_LOOKS} state={kind} />
        {isNewest && <span className={styles['badge']}>newest</span>}
        {note !== label && <span className={styles['note']}>{note}</span>}
      </span>
      <span className={styles['who']}>
        {author?.name ?? 'somebody who has left'},{' '}
        <Moment at={createdAt} zone={project.timezone ?? undefined} />
      </span>
    </>
  );
}
