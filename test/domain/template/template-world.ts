/** A house with several projects, a template's worth of things to refer to, and the functions called as its
 *  administrator: where a test of templates begins. */
import { z } from 'zod';
import { createProject as createProjectByDomain } from '#domain/project/create-project.ts';
import type { Registry, StepKind } from '#domain/step/kind.ts';
import {
  createTemplate,
  deleteTemplate,
  planTemplate,
  updateTemplate,
  validateTemplate,
  type EditOptions,
} from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import type { CellRow } from '#domain/template/template.sql.ts';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createProject } from '#test/support/factories.ts';
import { createSetting } from '#test/support/setting.ts';
import { tinyKinds } from '#test/support/tiny-kinds.ts';

/** As much of a report by mail as templates know about: a list of dashboards that a project fills in. */
const sendReport: StepKind<{ dashboard_ids: number[] }> = {
  kind: 'send_email_report',
  description: 'Mails dashboards.',
  config: z.strictObject({ dashboard_ids: z.array(z.int()).min(1) }),
  load: async () => async () => ({ outcome: 'succeeded', output: {} }),
};

export const templateKinds: Registry = new Map<string, StepKind>([
  ...tinyKinds,
  [sendReport.kind, sendReport as StepKind],
]);

export type TemplateWorld = Awaited<ReturnType<typeof createTemplateWorld>>;

/** @param connections how many the functions may hold at once. */
export async function createTemplateWorld({ connections = 8 } = {}) {
  const setting = await createSetting();
  const log = createLog('test', 'silent');
  const pool = createPool(setting.url, { name: 'templates', max: connections, log });
  const who = await setting.as('admin');
  const deps = { pool, kinds: templateKinds };
  const { org, people } = setting.house;
  const rows = setting.rows;
  return {
    ...{ setting, deps, pool, who, org, people, rows, log },
    projectId: setting.projectId,
    /** Projects past the function that makes them, so that no default is applied. */
    projects: async (count: number) => {
      const ids: number[] = [];
      for (let n = 0; n < count; n += 1) {
        const { id } = await createProject(pool, { orgId: org.id, ownerUserId: people.admin.id });
        ids.push(id);
      }
      return ids;
    },
    createProject: (more: object = {}) =>
      createProjectByDomain(deps, who, { name: 'New', ...more }),
    create: (more: object = {}) => createTemplate(deps, who, { ...NIGHTLY, ...more }),
    edit: (id: number, wire: unknown, options?: EditOptions) =>
      updateTemplate(deps, who, id, wire, options),
    plan: (id: number | null, wire: unknown) => planTemplate(deps, who, id, wire),
    validate: (wire: unknown) => validateTemplate(deps, who, wire),
    remove: (id: number) => deleteTemplate(deps, who, id),
    /** The cell, or the refusal thrown. */
    async toggle(
      templateId: number,
      projectId: number,
      enabled: boolean,
      values?: object,
    ): Promise<CellRow> {
      const asked = { templateId, projectIds: [projectId], enabled };
      const done = await setTemplateEnabled(deps, who, {
        ...asked,
        ...(values !== undefined && { values: values as Record<string, unknown> }),
      });
      if (done.refused[0]) throw done.refused[0].error;
      return done.cells[0]!;
    },
    on: (templateId: number, projectIds: readonly number[], values: Record<string, unknown> = {}) =>
      setTemplateEnabled(deps, who, { templateId, projectIds, enabled: true, values }),
    async cell(templateId: number, projectId: number) {
      const found = await rows(
        'select * from template_enablement where template_id = $1 and project_id = $2',
        [templateId, projectId],
      );
      return found[0] ?? null;
    },
    async scenario(id: number | null) {
      return (await rows('select * from scenario where id = $1', [id]))[0] ?? null;
    },
    ticks: (id: number) =>
      rows(
        'select outcome, source, count, reason from tick where scenario_id = $1 order by due_at',
        [id],
      ),
    moveDue: (id: number, interval: string) =>
      rows(`update scenario set next_due_at = clock_timestamp() - $2::interval where id = $1`, [
        id,
        interval,
      ]),
    tick: () => tickOnce(pool, log),
    /** A dataset of a project. */
    async dataset(projectId: number, slug: string): Promise<number> {
      const found = await rows(
        `with c as (insert into connector (org_id, slug, name, type)
                    values ($1, gen_random_uuid()::text, 'C', 'csv') returning id)
         insert into dataset (org_id, project_id, connector_id, slug, name, table_name)
         select $1, $2, id, $3, $3, $3 from c returning id`,
        [org.id, projectId, slug],
      );
      return found[0].id;
    },
    async dashboard(projectId: number): Promise<number> {
      const found = await rows(
        `insert into dashboard (org_id, project_id, title) values ($1, $2, 'D') returning id`,
        [org.id, projectId],
      );
      return found[0].id;
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
      await setting[Symbol.asyncDispose]();
    },
  };
}

let count = 0;

/** A template that needs nothing of a project. */
export const NIGHTLY = {
  get slug() {
    count += 1;
    return `nightly-${count}`;
  },
  display_name: 'Nightly note',
  description: 'Every night.',
  parameters: [
    { name: 'cron', type: 'cron', default: '0 2 * * *' },
    { name: 'note', type: 'string', default: 'Good night' },
    { name: 'to', type: 'email', default: 'ops@example.com' },
  ],
  trigger: { cron: '{{ param.cron }}', timezone: 'UTC' },
  steps: [
    {
      kind: 'send_note',
      name: 'tell',
      recipients: ['{{ param.to }}'],
      text: 'From {{ project.name }}: {{ param.note }}',
    },
  ],
  policies: { timeout: '1h', priority: 5 },
};
