/** Every mail of the project, or of all projects: to whom, what became of it, and why. */
import { DeliveriesChangedDocument, DeliveriesDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { useStream } from '../../live/use-stream.ts';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePageVariables } from '../../parts/pager.tsx';
import { Panel } from '../../parts/panel.tsx';
import { usePlace } from '../../shell/place.ts';
import { readerZone } from '../../words/time.ts';
import { DeliveryTable } from './delivery-table.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered, toServer, useFilters } from './filters.ts';
import styles from './deliveries.module.css';

const SIZE = 25;

export default function DeliveriesScreen() {
  const { project } = usePlace();
  const { filters } = useFilters();
  const { everywhere } = filters;
  const page = usePageVariables(SIZE);
  const stream = useStream(DeliveriesChangedDocument, {
    projectId: everywhere ? null : project.id,
  });
  const { data, error, reread } = useLiveQuery(
    DeliveriesDocument,
    { filter: toServer(filters, project.id), ...page },
    stream.pulse,
  );
  const list = data?.emailDeliveries;
  return (
    <Page title="Deliveries">
      <FilterBar />
      {stream.error && <Failure error={stream.error} />}
      <Panel title="Mails" note={`times in ${readerZone}`} flush>
        {error && !list && (
          <div className={styles['inset']}>
            <Failure error={error} onRetry={reread} />
          </div>
        )}
        {!list && !error && (
          <div className={styles['inset']}>
            <Skeleton lines={SIZE} height="2rem" />
          </div>
        )}
        {list?.nodes.length === 0 &&
          (isFiltered(filters) ? (
            <Empty title="No delivery is like that.">
              <p>Other filters, or another period, may show some.</p>
            </Empty>
          ) : (
            <Empty title="Nothing was sent yet.">
              <p>
                A scenario with a step <code>send_email_report</code> mails dashboards; each
                recipient then has a line here.
              </p>
            </Empty>
          ))}
        {list && list.nodes.length > 0 && (
          <DeliveryTable deliveries={list.nodes} everywhere={everywhere} />
        )}
        {list && <Pager label="Pages of deliveries" page={list.pageInfo} total={list.totalCount} />}
      </Panel>
    </Page>
  );
}
