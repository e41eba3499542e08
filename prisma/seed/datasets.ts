/** The demo's connectors, and the datasets that are read through them. */
import type { Principal } from '#domain/access/principal.ts';
import { createConnector } from '#domain/connector/save-connector.ts';
import { createDataset, type NewDataset } from '#domain/dataset/dataset.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { DATA_FOLDER } from './make-data.ts';
import type { People, ProjectSlug } from './people.ts';
import { makeReader } from './reader.ts';

type Planned = Omit<NewDataset, 'connectorId'> & { readonly project: ProjectSlug };

const file = (project: ProjectSlug, slug: string, name: string): Planned => ({
  project,
  slug,
  name,
  source: { path: `${slug}.csv` },
});

const FILES: readonly Planned[] = [
  file('sales', 'customers', 'Customers'),
  file('sales', 'products', 'Products'),
  file('sales', 'orders', 'Orders'),
  file('sales', 'stock', 'Weekly stock counts'),
  // There is no such file: what a failure looks like.
  file('sales', 'returns', 'Returns (the file never arrives)'),
  file('support', 'tickets', 'Tickets'),
  {
    ...file('web', 'sessions', 'Sessions'),
    mode: 'incremental',
    keyColumns: ['session_id'],
    cursorColumn: 'started_at',
  },
];

/** What is read from the sales warehouse of this very database. */
const TABLES: readonly Planned[] = [
  {
    project: 'web',
    slug: 'orders',
    name: 'Online orders, from the sales warehouse',
    source: { query: "select * from wh_sales.orders where shop = 'online'" },
    mode: 'incremental',
    keyColumns: ['order_id'],
    cursorColumn: 'ordered_at',
  },
  {
    project: 'support',
    slug: 'carrier_delays',
    name: 'Carrier delays (a source that takes 25 s)',
    // The sleep stands for a slow server: longer than the interval at which it is asked.
    source: {
      query: `select day::date, (7 * extract(doy from day))::int % 5 as delayed_hours
              from (select pg_sleep(25)) as slow,
                   generate_series(date '2026-10-01', date '2026-10-31', '1 day') as day`,
    },
  },
];

/** @param url of this database, for the connector that reads from it.
 *  @returns the connector of the files, and whether that other one could be made. */
export async function makeDatasets(
  pool: Pool,
  who: Principal,
  { projects }: People,
  { url, secretKey, log }: { url: string; secretKey: SecretKey | undefined; log: Log },
): Promise<{ files: number; hasWarehouse: boolean }> {
  const make = async (connectorId: number, planned: readonly Planned[]) => {
    for (const { project, ...dataset } of planned) {
      await createDataset(pool, who, projects[project].id, { connectorId, ...dataset });
    }
  };
  const base = { projectId: null, secrets: {} };
  const folder = await createConnector(
    pool,
    who,
    { ...base, slug: 'files', name: 'Demo files', type: 'csv', config: { folder: DATA_FOLDER } },
    secretKey,
  );
  await make(folder.id, FILES);

  const reader =
    secretKey === undefined ? null : await makeReader(pool, projects.sales.schema, url);
  if (reader === null) {
    log.warn(
      'the demo does without its PostgreSQL connector: that needs SECRET_KEY and a database user who may create logins',
    );
    return { files: folder.id, hasWarehouse: false };
  }
  const warehouse = await createConnector(
    pool,
    who,
    { ...base, slug: 'warehouse', name: 'Sales warehouse', type: 'postgresql', ...reader },
    secretKey,
  );
  await make(warehouse.id, TABLES);
  return { files: folder.id, hasWarehouse: true };
}
