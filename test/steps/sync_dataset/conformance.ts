/** sync_dataset in the conformance walk: a full sync of a small file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConformanceFixture } from '../fixture.ts';
import { holdTable, untilStepWaits } from '../hold-table.ts';

export const fixture: ConformanceFixture = {
  async prepare(db, { orgId, projectId }, dir) {
    await writeFile(join(dir, 'orders.csv'), 'id,amount\n1,9.90\n2,19.80\n');
    await db.query(
      `with c as (
         insert into connector (org_id, project_id, slug, name, type, config)
         values ($1, $2, 'files', 'Files', 'csv', $3) returning id
       )
       insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name)
       select $1, $2, id, 'orders', 'Orders', '{"path": "orders.csv"}', 'orders' from c`,
      [orgId, projectId, { folder: dir }],
    );
    return {
      good: { dataset: 'orders' },
      bad: [
        { config: {}, path: ['dataset'] },
        { config: { dataset: 'orders', datasets: ['orders'] }, path: ['dataset'] },
        { config: { dataset: 'customers' }, path: ['dataset'] },
        { config: { datasets: ['orders', 'orders'] }, path: ['datasets', 1] },
        { config: { dataset: 'orders', mode: 'incremental' }, path: ['dataset'] },
        { config: { dataset: 'orders', mode: 'all' }, path: ['mode'] },
        { config: { dataset: 'orders', max_rejected: 2 }, path: ['max_rejected'] },
      ],
      visible: async () => {
        const { rows } = await db.query('select last_synced_at::text as at from dataset');
        return rows[0].at ?? 'never';
      },
      slow: {
        config: { dataset: 'orders' },
        hold: () => holdTable(db, 'dataset'),
        begun: () => untilStepWaits(db),
      },
    };
  },
};
