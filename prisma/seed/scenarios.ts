/** The demo's scenarios: within a minute there is finished, running, failed and skipped work to look at. */
import type { Principal } from '#domain/access/principal.ts';
import { pauseScenario } from '#domain/scenario/operate-scenario.ts';
import { createScenario } from '#domain/scenario/save-scenario.ts';
import type { ScenarioDeps } from '#domain/scenario/scenario.ts';
import { dashboardsOf } from './dashboards-of.ts';
import type { People, ProjectSlug } from './people.ts';

type Planned = {
  readonly project: ProjectSlug;
  /** As REST and YAML have it. */
  readonly scenario: Readonly<Record<string, unknown>>;
  /** Paused from the start, with this note. */
  readonly pauseNote?: string;
  readonly needsWarehouse?: true;
  /** Only where there is an inbox. */
  readonly needsInbox?: true;
  /** Only where there is a model to ask. */
  readonly needsModel?: true;
};

/** @param serviceId the author of the nightly snapshots. @param dashboards of the sales project, for its report. */
export function plannedScenarios(
  serviceId: number,
  dashboards: readonly number[] = [],
): readonly Planned[] {
  return [
    {
      project: 'sales',
      scenario: {
        name: 'Refresh orders',
        description: 'Loads the shop’s files every minute, then puts the dashboards on record.',
        trigger: { cron: '* * * * *' },
        steps: [
          { kind: 'sync_dataset', name: 'load', datasets: ['customers', 'products', 'orders'] },
          {
            kind: 'snapshot_dashboards',
            name: 'keep',
            skip_hours: 1,
            change_note: 'After the refresh',
          },
        ],
      },
    },
    {
      project: 'sales',
      scenario: {
        name: 'Stock levels',
        description: 'Every 20 seconds: work that is nearly always just done.',
        trigger: { interval: '20s' },
        steps: [{ kind: 'sync_dataset', dataset: 'stock' }],
      },
    },
    {
      project: 'sales',
      scenario: {
        name: 'Put sales on record',
        description:
          'Fires once both the orders and the stock have been loaded since the last time.',
        trigger: { upstream: ['refresh-orders', 'stock-levels'], require: 'all' },
        steps: [{ kind: 'snapshot_dashboards', skip_hours: 1, change_note: 'Orders and stock' }],
      },
    },
    {
      project: 'sales',
      scenario: {
        name: 'Nightly snapshot',
        description: 'A recovery point a day for every dashboard, edited or not.',
        trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
        steps: [{ kind: 'snapshot_dashboards', author_user_id: serviceId }],
      },
    },
    {
      project: 'sales',
      scenario: {
        name: 'Import returns',
        description: 'Fails: its file never arrives. The run says which one, and what to do.',
        trigger: { interval: '45s' },
        steps: [{ kind: 'sync_dataset', dataset: 'returns' }],
      },
    },
    {
      project: 'sales',
      scenario: {
        name: 'Mail the sales overview',
        description: 'A report every few minutes; it ends in the inbox that the start names.',
        trigger: { interval: '5m' },
        steps: [
          {
            kind: 'send_email_report',
            dashboard_ids: dashboards.slice(0, 1),
            recipients: ['sales@demo.example', '{{ project.owner_email }}'],
            format: 'html',
            message: 'Good day. This is how the season went.',
          },
        ],
      },
      needsInbox: true,
    },
    {
      project: 'sales',
      scenario: {
        name: 'Year-end stocktaking',
        trigger: { cron: '0 3 31 12 *' },
        steps: [
          { kind: 'sync_dataset', dataset: 'stock', mode: 'full' },
          { kind: 'snapshot_dashboards', skip_hours: 0, change_note: 'Year-end stocktaking' },
        ],
      },
      pauseNote: 'Paused until the auditors have agreed on the date.',
    },
    {
      project: 'support',
      scenario: {
        name: 'Refresh tickets',
        trigger: { interval: '30s' },
        steps: [{ kind: 'sync_dataset', dataset: 'tickets' }, { kind: 'snapshot_dashboards' }],
      },
    },
    {
      project: 'support',
      scenario: {
        name: 'Judge the newest tickets',
        description: 'An agent reads the last forty; the model is a stand-in of this machine.',
        // The tickets' first refresh comes within 30 s.
        trigger: { interval: '90s' },
        steps: [
          {
            kind: 'run_agent',
            name: 'judge',
            agent: 'triage',
            query:
              'select ticket_id, topic, priority, channel, reply_minutes from tickets order by ticket_id desc limit 40',
            key: ['ticket_id'],
            output_dataset: 'ticket_moods',
            output_mode: 'merge',
            token_budget: 50_000,
          },
        ],
      },
      needsModel: true,
    },
    {
      project: 'support',
      scenario: {
        name: 'Carrier delays',
        description:
          'Takes 25 s and is due every 10 s: due times in between are skipped, and say so.',
        trigger: { interval: '10s' },
        overlap: 'skip',
        steps: [{ kind: 'sync_dataset', dataset: 'carrier_delays' }],
      },
      needsWarehouse: true,
    },
    {
      project: 'web',
      scenario: {
        name: 'Refresh sessions',
        description: 'Only what is new since the last time, by key and cursor.',
        trigger: { interval: '40s' },
        steps: [{ kind: 'sync_dataset', dataset: 'sessions' }, { kind: 'snapshot_dashboards' }],
      },
    },
    {
      project: 'web',
      scenario: {
        name: 'Copy online orders',
        description: 'From the sales warehouse, which is filled by then.',
        // The sales project's first refresh comes within 60 s.
        trigger: { interval: '90s' },
        steps: [{ kind: 'sync_dataset', dataset: 'orders' }],
      },
      needsWarehouse: true,
    },
  ];
}

export async function makeScenarios(
  deps: ScenarioDeps,
  who: Principal,
  { projects, serviceId }: People,
  has: { readonly warehouse: boolean; readonly inbox: boolean; readonly model: boolean },
): Promise<void> {
  const dashboards = await dashboardsOf(deps.pool, projects.sales.id);
  for (const planned of plannedScenarios(serviceId, dashboards)) {
    if (planned.needsWarehouse && !has.warehouse) continue;
    if (planned.needsInbox && !has.inbox) continue;
    if (planned.needsModel && !has.model) continue;
    const { id } = await createScenario(deps, who, projects[planned.project].id, planned.scenario);
    if (planned.pauseNote) await pauseScenario(deps, who, id, { note: planned.pauseNote });
  }
}
