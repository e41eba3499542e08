/** snapshot_dashboards in the conformance walk. */
import { createDashboard } from '#test/domain/dashboard/dashboards.ts';
import type { ConformanceFixture } from '../fixture.ts';
import { holdTable, untilStepWaits } from '../hold-table.ts';

export const fixture: ConformanceFixture = {
  async prepare(db, project) {
    await createDashboard(db, project);
    await createDashboard(db, project);
    return {
      good: { skip_hours: 0 },
      bad: [
        { config: { skip_hours: -1 }, path: ['skip_hours'] },
        { config: { skip_hours: '12' }, path: ['skip_hours'] },
        { config: { max_dashboards: 0 }, path: ['max_dashboards'] },
        { config: { max_dashboards: 1.5 }, path: ['max_dashboards'] },
        { config: { change_note: ' ' }, path: ['change_note'] },
        { config: { author_user_id: project.userId }, path: ['author_user_id'] },
        { config: { project_id: 2_000_000_000 }, path: ['project_id'] },
      ],
      visible: async () => {
        const { rows } = await db.query('select count(*)::int as n from dashboard_revisions');
        return rows[0].n;
      },
      slow: {
        config: { skip_hours: 0 },
        hold: () => holdTable(db, 'dashboard'),
        begun: () => untilStepWaits(db),
      },
    };
  },
};
