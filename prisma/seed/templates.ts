/** The demo's templates and their matrix: cells that are on, one that is off, one with a word of its own, and one that
 *  waits for a value. */
import type { Principal } from '#domain/access/principal.ts';
import { updateScenario } from '#domain/scenario/save-scenario.ts';
import type { ScenarioDeps } from '#domain/scenario/scenario.ts';
import { applyDefaults } from '#domain/template/apply-defaults.ts';
import { createTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { transaction } from '#platform/db.ts';
import { dashboardsOf } from './dashboards-of.ts';
import type { People } from './people.ts';

/** As REST and YAML have them. */
const SNAPSHOT = {
  slug: 'daily-dashboard-snapshot',
  display_name: 'Daily dashboard snapshot',
  description: 'A recovery point a day for every dashboard that was not edited of late.',
  parameters: [
    {
      name: 'skip_hours',
      type: 'number',
      default: 12,
      help: 'Dashboards that got a revision within this many hours are left out.',
    },
  ],
  trigger: { cron: '0 6 * * *' },
  steps: [
    {
      kind: 'snapshot_dashboards',
      skip_hours: '{{ param.skip_hours }}',
      change_note: 'Daily snapshot of {{ project.name }}',
    },
  ],
  default_enabled: true,
};

const REFRESH = {
  slug: 'nightly-dataset-refresh',
  display_name: 'Nightly dataset refresh',
  description: 'Loads one dataset anew every night, at an hour that the project chooses.',
  parameters: [
    { name: 'dataset', type: 'dataset_ref', help: 'The dataset to load.' },
    { name: 'cron', type: 'cron', default: '30 1 * * *', help: 'When, in the project’s zone.' },
  ],
  trigger: { cron: '{{ param.cron }}' },
  steps: [
    { kind: 'sync_dataset', name: 'load', dataset: '{{ param.dataset }}', mode: 'full' },
    {
      kind: 'snapshot_dashboards',
      skip_hours: 0,
      change_note: 'After {{ steps.load.output.rows_read }} rows of {{ param.dataset }}',
    },
  ],
  timeout: '1h',
  default_enabled: true,
};

const DIGEST = {
  slug: 'weekly-digest',
  display_name: 'Weekly digest',
  description: 'Mondays at 7: dashboards of the project as a PDF, each for its own period.',
  trigger: { cron: '0 7 * * 1' },
  steps: [
    {
      kind: 'send_email_report',
      // A value that each project fills in.
      dashboard_ids: [],
      recipients: ['{{ project.owner_email }}'],
      format: 'pdf',
      subject: 'Weekly digest: {{ project.name }}',
      skip_if_empty: true,
    },
  ],
  default_enabled: false,
};

export async function makeTemplates(
  deps: ScenarioDeps,
  who: Principal,
  { projects: { sales, support, web } }: People,
): Promise<void> {
  const snapshot = await createTemplate(deps, who, SNAPSHOT);
  const refresh = await createTemplate(deps, who, REFRESH);
  const digest = await createTemplate(deps, who, DIGEST);
  const set = (templateId: number, projectId: number, enabled: boolean, values = {}) =>
    setTemplateEnabled(deps, who, { templateId, projectIds: [projectId], enabled, values });

  const { cells } = await set(snapshot.id, sales.id, true, { skip_hours: 6 });
  // The auditors read what this one leaves behind; an edit of the template does not touch it.
  const description = 'A recovery point a day, which the auditors look at.';
  await updateScenario(deps, who, cells[0]!.scenarioId!, { description });
  await set(snapshot.id, support.id, true);
  await set(refresh.id, sales.id, true, { dataset: 'orders' });
  await set(refresh.id, support.id, true, { dataset: 'tickets', cron: '15 3 * * *' });
  await set(refresh.id, support.id, false);
  for (const { id } of [sales, support]) {
    await set(digest.id, id, true, { dashboard_ids: await dashboardsOf(deps.pool, id) });
  }
  // As a new project begins: one is on, the other waits to be told which dataset.
  await transaction(deps.pool, (tx) => applyDefaults(tx, deps, who, web.id));
}
