/** Who changed what, when and from where, the latest first; filters and page stand in the address. */
import { AuditLogDocument } from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Failure, Skeleton } from '../../../parts/notice.tsx';
import { Pager, usePageVariables } from '../../../parts/pager.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { readerZone } from '../../../words/time.ts';
import { useIsAdmin } from '../../../shell/use-viewer.ts';
import { csvOf, download } from './csv.ts';
import { EntryRow } from './entry-row.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered, toServer, useFilters } from './filters.ts';
import styles from './audit.module.css';

const SIZE = 50;

export default function Audit() {
  const isAdmin = useIsAdmin();
  if (isAdmin === null) return <Skeleton lines={10} />;
  if (!isAdmin) return <Empty title="Reading the audit log needs org.admin." />;
  return <Log />;
}

function Log() {
  const { filters } = useFilters();
  const page = usePageVariables(SIZE);
  const { data, error, reread } = useLiveQuery(AuditLogDocument, { ...page, ...toServer(filters) });
  const log = data?.auditLog;
  return (
    <>
      <FilterBar />
      <Panel
        title="Changes"
        note={`in your zone, ${readerZone}`}
        flush
        actions={
          <>
            <Button kind="quiet" icon={<Icon name="retry" />} onClick={reread}>
              Read again
            </Button>
            {/* From the start, so that nothing moves when the entries come. */}
            <Button
              kind="quiet"
              icon={<Icon name="download" />}
              disabled={!log || log.nodes.length === 0}
              onClick={() => log && download('audit-log.csv', csvOf(log.nodes))}
            >
              This page as CSV
            </Button>
          </>
        }
      >
        {error && (
          <div className={styles['inset']}>
            <Failure error={error} onRetry={reread} />
          </div>
        )}
        {!log && !error && (
          <div className={styles['inset']}>
            <Skeleton lines={SIZE / 2} height="1.6rem" />
          </div>
        )}
        {log?.nodes.length === 0 && (
          <Empty title={isFiltered(filters) ? 'No change like that.' : 'Nothing was changed yet.'}>
            {isFiltered(filters) && <p>Other filters, or another period, may show some.</p>}
          </Empty>
        )}
        <ul className={styles['entries']}>
          {log?.nodes.map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </ul>
        {log && <Pager label="Pages of changes" page={log.pageInfo} total={log.totalCount} />}
      </Panel>
    </>
  );
}
