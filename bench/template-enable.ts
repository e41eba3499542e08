/** How long it takes to switch one template on for a thousand projects in one call, beside the floor: the same rows
 *  inserted as they are, by three statements in one transaction. Then an edit that all of them follow, and switching all
 *  of them off.
 *
 *  `node bench/template-enable.ts [--projects 1000]`. Ends with 1 when switching on takes more than 10 s. */
import { parseArgs } from 'node:util';
import type { Principal } from '#domain/access/principal.ts';
import { createTemplate, updateTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import { createRegistry } from '#steps/registry.ts';
import { transaction, type Pool } from '#platform/db.ts';
import { prepareGround } from './support/ground.ts';

const SECONDS_LIMIT = 10;

const { values } = parseArgs({ options: { projects: { type: 'string', default: '1000' } } });
const count = Number(values.projects);
await using ground = await prepareGround();
const { pool } = ground;
const projectIds = await insertProjects(pool, count);
const who = await adminOf(pool);
const deps = { pool, kinds: createRegistry() };

const template = await createTemplate(deps, who, {
  slug: 'nightly-refresh',
  display_name: 'Nightly refresh',
  parameters: [
    { name: 'dataset', type: 'dataset_ref', default: 'orders' },
    { name: 'cron', type: 'cron', default: '0 2 * * *' },
  ],
  trigger: { cron: '{{ param.cron }}', timezone: 'Asia/Jakarta' },
  steps: [
    { kind: 'sync_dataset', dataset: '{{ param.dataset }}' },
    { kind: 'snapshot_dashboards', skip_hours: 12, change_note: 'After the refresh' },
  ],
  timeout: '2h',
});

const asked = { templateId: template.id, projectIds };
const on = await seconds(() => setTemplateEnabled(deps, who, { ...asked, enabled: true }));
if (on.result.cells.length !== count) throw new Error(`${on.result.cells.length} cells are on`);
console.log(`on for ${count} projects: ${tell(on.seconds)}`);
const floor = await seconds(() => copyRows(pool));
const times = (on.seconds / floor.seconds).toFixed(0);
console.log(`the same rows alone: ${tell(floor.seconds)}; switching on takes ${times} times that`);
const timeout = await seconds(() => updateTemplate(deps, who, template.id, { timeout: '3h' }));
console.log(`an edit of a policy:   ${tell(timeout.seconds)} (${timeout.result.changed} changed)`);
const trigger = { cron: '{{ param.cron }}', timezone: 'UTC' };
const retimed = await seconds(() => updateTemplate(deps, who, template.id, { trigger }));
console.log(`an edit of the trigger: ${tell(retimed.seconds)} (${retimed.result.changed} changed)`);
const off = await seconds(() => setTemplateEnabled(deps, who, { ...asked, enabled: false }));
console.log(`off for all of them:   ${tell(off.seconds)}`);
if (on.seconds > SECONDS_LIMIT) process.exitCode = 1;

async function seconds<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - startedAt) / 1000 };
}

function tell(duration: number): string {
  return `${duration.toFixed(2)} s, ${((duration * 1000) / count).toFixed(2)} ms each`;
}

/** Projects with the dataset that the template names, besides the one of the ground. */
async function insertProjects(db: Pool, number: number): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `with p as (
       insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
       select p.org_id, 'p' || n, 'Project ' || n, p.owner_user_id, 'wh_p' || n
       from project p cross join generate_series(1, $1::int) n where p.slug = 'bench' returning id, org_id
     ), c as (
       insert into connector (org_id, slug, name, type) select id, 'files', 'Files', 'csv' from org returning id
     ), d as (
       insert into dataset (org_id, project_id, connector_id, slug, name, table_name)
       select p.org_id, p.id, c.id, 'orders', 'Orders', 'orders' from p, c
     ), m as (
       insert into user_org (user_id, org_id, is_default) select u.id, o.id, true from "user" u, org o
         where u.email = 'bench@example.com'
     )
     select id from p`,
    [number],
  );
  return rows.map(({ id }) => id);
}

/** As if signed in with the role of an administrator. */
async function adminOf(db: Pool): Promise<Principal> {
  const { rows } = await db.query(
    `select u.id as "userId", u.email, u.name, o.id as "orgId" from "user" u, org o where u.email = 'bench@example.com'`,
  );
  return {
    ...rows[0],
    ...{ defaultProjectId: null, orgRole: 'admin', projectRoles: new Map(), scopes: [] },
    ...{ tokenId: null, address: null, mustResetPassword: false },
  };
}

/** What switching on has written, written once more under other names. */
function copyRows(db: Pool): Promise<void> {
  return transaction(db, async (tx) => {
    await tx.query(
      `with t as (
         insert into template (org_id, slug, display_name, steps) select id, 'copy', 'Copy', '[]' from org returning id
       ), s as (
         insert into scenario (org_id, project_id, owner_user_id, slug, name, description, trigger, steps, policies,
                               step_kinds, zone, next_due_at)
         select org_id, project_id, owner_user_id, 'copy', name, description, trigger, steps, policies, step_kinds,
                zone, next_due_at from scenario returning id, project_id, owner_user_id
       ), v as (
         insert into scenario_version (scenario_id, version, config, author_user_id)
         select s.id, 1, v.config, s.owner_user_id from s join scenario o on o.project_id = s.project_id
           join scenario_version v on v.scenario_id = o.id
       )
       insert into template_enablement (template_id, project_id, org_id, state, values, scenario_id, applied,
                                        updated_by_user_id)
       select t.id, s.project_id, c.org_id, c.state, c.values, s.id, c.applied, c.updated_by_user_id
       from s join template_enablement c on c.project_id = s.project_id cross join t`,
    );
    await tx.query(
      `insert into audit_log (org_id, user_id, at, action, resource_type, resource_id, before, after, address)
       select org_id, user_id, at, action, resource_type, resource_id, before, after, address from audit_log`,
    );
  });
}
