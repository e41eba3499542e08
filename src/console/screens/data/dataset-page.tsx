/** A dataset: how fresh it is, where its rows come from, a few of them, what uses it. */
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { DataDatasetDocument, DataDatasetSampleDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { count } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { LastRuns, Sample, Stands, UsedBy, WithoutNode } from './detail.tsx';
import DatasetForm from './dataset-form.tsx';
import { DeleteDataset } from './delete.tsx';
import { isActive, NODE_LOOKS, stateOf, useDataPulse } from './flow.ts';
import { SyncNow } from './sync-now.tsx';
import styles from './data.module.css';

export default function DatasetPage({ id }: { id: string }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const { data, error, reread } = useLiveQuery(DataDatasetDocument, { id }, useDataPulse());
  const list = { href: paths.data(project.slug, 'datasets'), label: 'Datasets' };
  const dataset = data?.dataset;
  if (!dataset) {
    return <WithoutNode list={list} isRead={data !== undefined} error={error} onRetry={reread} />;
  }
  const { name, slug, flow, connector, canEdit, columns, writtenBy } = dataset;
  return (
    <Page
      title={name}
      crumbs={[{ href: paths.data(project.slug), label: 'Data' }, list]}
      state={flow && <StateMark looks={NODE_LOOKS} state={stateOf(flow)} />}
      meta={<code>{slug}</code>}
      actions={
        canEdit && (
          <>
            {connector && (
              <SyncNow kind="primary" dataset={dataset} busy={isActive(flow?.activity)} />
            )}
            <Button icon={<Icon name="edit" />} onClick={() => setOpen('edit')}>
              Edit
            </Button>
            <Button
              kind="quiet"
              icon={<Icon name="bin" />}
              aria-label={`Delete ${name}`}
              onClick={() => setOpen('delete')}
            />
          </>
        )
      }
    >
      <Stands node={flow} />
      <div className={styles['grid']}>
        <div className={styles['column']}>
          <Sample
            query={DataDatasetSampleDocument}
            id={id}
            writtenAt={flow?.writtenAt ?? null}
            of={(answer) => answer.dataset}
          />
          <Panel title="Columns" note={columns.length > 0 ? count(columns.length) : undefined}>
            {columns.length === 0 ? (
              <p className={styles['quiet']}>They are known once it was written.</p>
            ) : (
              <dl className={styles['facts']}>
                {columns.map((column) => (
                  <Column key={column.name} {...column} />
                ))}
              </dl>
            )}
          </Panel>
        </div>
        <div className={styles['column']}>
          <Panel title="About">
            <dl className={styles['facts']}>
              <dt>Rows</dt>
              <dd>{flow?.rowCount == null ? '–' : count(flow.rowCount)}</dd>
              <dt>Written</dt>
              <dd>
                {flow?.writtenAt ? <Ago at={flow.writtenAt} /> : 'never'}
                {writtenBy && (
                  <>
                    {' by '}
                    <Link href={paths.run(project.slug, writtenBy.databaseId)}>
                      run {writtenBy.databaseId}
                    </Link>
                  </>
                )}
              </dd>
              <dt>Read through</dt>
              <dd>{connector?.name ?? 'Nothing: steps write it'}</dd>
              <dt>Mode</dt>
              <dd>{dataset.mode === 'FULL' ? 'full' : 'incremental'}</dd>
              {dataset.keyColumns.length > 0 && (
                <>
                  <dt>Key</dt>
                  <dd>{dataset.keyColumns.join(', ')}</dd>
                </>
              )}
              {dataset.cursorColumn && (
                <>
                  <dt>Cursor</dt>
                  <dd>
                    {dataset.cursorColumn}
                    {dataset.cursorValue && `, read up to ${dataset.cursorValue}`}
                  </dd>
                </>
              )}
              <dt>Table</dt>
              <dd>
                <code>{dataset.tableName}</code>
              </dd>
              <dt>Layer</dt>
              <dd>{dataset.layer}</dd>
            </dl>
          </Panel>
          <UsedBy uses={dataset.usedBy} />
          <LastRuns recent={flow?.recent} />
        </div>
      </div>
      {open === 'edit' && <DatasetForm before={dataset} onClose={() => setOpen(null)} />}
      {open === 'delete' && (
        <DeleteDataset
          dataset={dataset}
          onClose={() => setOpen(null)}
          onDeleted={() => navigate(list.href, { replace: true })}
        />
      )}
    </Page>
  );
}

function Column({ name, type }: { name: string; type: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{type}</code>
      </dd>
    </>
  );
}
