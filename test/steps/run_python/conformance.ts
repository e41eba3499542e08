/** run_python in the conformance walk: code that writes a dataset. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConformanceFixture } from '../fixture.ts';
import { holdTable, untilStepWaits } from '../hold-table.ts';

const WRITES = `import honeyframe as hf
hf.write("scores", [{"id": 1}])
hf.progress(1, 1, "scores")`;

export const fixture: ConformanceFixture = {
  async prepare(db, { orgId, projectId }, dir) {
    // The user of the step has to pass through the folder of the test.
    await chmod(join(dir, '..'), 0o711);
    await db.query(
      `insert into dataset (org_id, project_id, slug, name, table_name)
       values ($1, $2, 'scores', 'Scores', 'scores')`,
      [orgId, projectId],
    );
    await db.query(
      `insert into recipe (org_id, project_id, slug, name, kind, sql)
       values ($1, $2, 'in-sql', 'In SQL', 'sql', 'select 1')`,
      [orgId, projectId],
    );
    return {
      good: { code: WRITES },
      bad: [
        { config: {}, path: ['recipe'] },
        { config: { recipe: 'in-sql', code: 'print(1)' }, path: ['recipe'] },
        { config: { recipe: 'in-sql' }, path: ['recipe'] },
        { config: { recipe: 'missing' }, path: ['recipe'] },
        { config: { code: '' }, path: ['code'] },
        { config: { code: 'print(1)', params: [] }, path: ['params'] },
        { config: { code: 'print(1)', memory_mb: 1 }, path: ['memory_mb'] },
        { config: { code: 'print(1)', cpu_seconds: 0 }, path: ['cpu_seconds'] },
      ],
      visible: async () => {
        const { rows } = await db.query('select last_synced_at::text as at from dataset');
        return rows[0].at ?? 'never';
      },
      slow: {
        config: { code: WRITES },
        hold: () => holdTable(db, 'dataset'),
        begun: () => untilStepWaits(db),
      },
    };
  },
};
