/** What changes in the matrix reaches those who watch it, over a real socket, whoever changed it and on whichever
 *  connection. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createScenario as makeScenario, updateScenario } from '#domain/scenario/save-scenario.ts';
import { createTemplate, deleteTemplate, updateTemplate } from '#domain/template/save-template.ts';
import { setTemplateEnabled } from '#domain/template/set-enabled.ts';
import type { Principal } from '#domain/access/principal.ts';
import { transaction } from '#platform/db.ts';
import { createRegistry } from '#steps/registry.ts';
import { createProject, createToken, createUser, principalOf } from '#test/support/factories.ts';
import { killListener, take } from '../flow/events.ts';
import { createGround, subscribe } from './ground.ts';
import type { Ground, Person } from './ground.ts';
import { insertTemplate } from './template-rows.ts';

let ground: Ground;
let admin: Principal;
let deps: { pool: Ground['pool']; kinds: ReturnType<typeof createRegistry> };
let template: number;
beforeEach(async () => {
  ground = await createGround({ recheckMs: 100 });
  const { org, people, pool } = ground;
  admin = await principalOf(pool, { orgId: org.id, userId: people.admin.id });
  deps = { pool, kinds: createRegistry() };
  template = (await insertTemplate(pool, { orgId: org.id, slug: 'watched' })).id;
});
afterEach(() => ground[Symbol.asyncDispose]());

/** By a pool of the test's own: another connection than any of the API. */
const set = (enabled: boolean, projectIds = [ground.project.id], templateId = template) =>
  setTemplateEnabled(deps, admin, { templateId, projectIds, enabled });

type Changed = {
  resync: boolean;
  revision: number;
  templates: { databaseId: number; counts: { on: number } }[];
  cells: { id: string; state: string; overrides: string[] }[];
  matrixCells: { id: string; state: string; overridden: boolean }[];
  deletedTemplateIds: string[];
};
const WATCH = `subscription { matrix { resync revision templates { databaseId displayName counts { on off } }
  cells { id state overrides values project { slug } scenario { databaseId } updatedBy { name } }
  matrixCells { id state overridden } deletedTemplateIds } }`;

async function watch(client = ground.client('viewer')) {
  const stream = subscribe<never>(client, WATCH) as unknown as AsyncIterableIterator<{
    data: { matrix: Changed };
  }>;
  const next = async () => (await take(stream, 1))[0]!.data.matrix;
  return { first: await next(), next, end: () => stream.return?.() };
}
const as = (person: Person) => watch(ground.client(person));

const cellId = (projectId = ground.project.id) => `TemplateCell:${template}:${projectId}`;
const EMPTY = { templates: [], cells: [], matrixCells: [], deletedTemplateIds: [] };

test('first comes a word to read all anew, then every toggle of another connection, by name', async () => {
  const { first, next, end } = await watch();
  expect(first).toEqual({ resync: true, revision: expect.any(Number), ...EMPTY });
  await set(true);
  expect(await next()).toMatchObject({
    ...{ resync: false, revision: first.revision + 1 },
    templates: [{ databaseId: template, counts: { on: 1, off: 0 } }],
    cells: [
      { id: cellId(), state: 'ON', overrides: [], scenario: { databaseId: expect.any(Number) } },
    ],
    matrixCells: [{ state: 'ON', overridden: false }],
    deletedTemplateIds: [],
  });
  await set(false);
  expect(await next()).toMatchObject({
    templates: [{ counts: { on: 0, off: 1 } }],
    cells: [{ id: cellId(), state: 'OFF' }],
  });
  await end();
});

test('a toggle is told within a second of its commit', async () => {
  const { next, end } = await watch();
  await set(true);
  await next();
  const startedAt = performance.now();
  await set(false);
  const committedAt = performance.now();
  await next();
  const ms = performance.now() - committedAt;
  process.stderr.write(
    `told ${Math.round(ms)} ms after a toggle of ${Math.round(committedAt - startedAt)} ms\n`,
  );
  expect(ms).toBeLessThan(1_000);
  await end();
});

test('templates are told when they are made, edited with their cells, and deleted', async () => {
  await set(true);
  const { next, end } = await watch();
  const made = await createTemplate(deps, admin, {
    ...{ slug: 'made', display_name: 'Made', steps: [{ kind: 'snapshot_dashboards' }] },
  });
  expect(await next()).toMatchObject({ templates: [{ databaseId: made.id }], cells: [] });
  await updateTemplate(deps, admin, template, { description: 'new' });
  expect(await next()).toMatchObject({
    ...{ templates: [{ databaseId: template }], cells: [{ id: cellId(), state: 'ON' }] },
  });
  await deleteTemplate(deps, admin, made.id);
  expect(await next()).toMatchObject({
    templates: [],
    deletedTemplateIds: [`Template:${made.id}`],
  });
  await end();
});

test('an edit by hand of a scenario that a template made is told as an override, and its end too', async () => {
  const { cells } = await set(true);
  const { next, end } = await watch();
  const id = cells[0]!.scenarioId!;
  // One that no template made is nobody's business here.
  await makeScenario(deps, admin, ground.project.id, {
    ...{ name: 'free', steps: [{ kind: 'snapshot_dashboards' }] },
  });
  await updateScenario(deps, admin, id, { name: 'Mine' });
  expect(await next()).toMatchObject({
    ...{ templates: [], cells: [{ id: cellId(), overrides: ['name'] }] },
    matrixCells: [{ overridden: true }],
  });
  await updateScenario(deps, admin, id, { name: 'watched' });
  expect(await next()).toMatchObject({
    ...{ cells: [{ id: cellId(), overrides: [] }], matrixCells: [{ overridden: false }] },
  });
  await end();
});

test('what only moves a due time on is no change of a cell', async () => {
  const { next, end } = await watch();
  const { cells } = await set(true);
  const { revision } = await next();
  const id = cells[0]!.scenarioId!;
  await ground.pool.query(`update scenario set next_due_at = now() where id = $1`, [id]);
  await ground.pool.query(`select pg_notify('hf_scenario', $1)`, [String(id)]);
  await set(false);
  expect(await next()).toMatchObject({ revision: revision + 1, cells: [{ state: 'OFF' }] });
  await end();
});

test('a commit that lies between the look and the notification of another is not lost', async () => {
  const { org, pool } = ground;
  const other = (await insertTemplate(pool, { orgId: org.id })).id;
  const { next, end } = await watch();
  await set(true);
  await next();
  // Committed, and nobody is told yet; a look about another template sees that commit pass by.
  await pool.query(`update template_enablement set updated_at = now() where template_id = $1`, [
    template,
  ]);
  await set(true, [ground.project.id], other);
  expect(await next()).toMatchObject({
    cells: [{ id: `TemplateCell:${other}:${ground.project.id}` }],
  });
  await pool.query(`select pg_notify('hf_template', $1)`, [String(template)]);
  expect(await next()).toMatchObject({ cells: [{ id: cellId() }] });
  await end();
});

test('a transaction that began earlier and commits later is not lost', async () => {
  const { org, pool, project } = ground;
  const second = await createProject(pool, { orgId: org.id, ownerUserId: ground.people.admin.id });
  const { next, end } = await watch();
  await set(true, [project.id, second.id]);
  await next();
  await transaction(pool, async (tx) => {
    // In a subtransaction, which has a number of its own.
    await tx.query('savepoint cell');
    await tx.query(`update template_enablement set updated_at = now() where project_id = $1`, [
      second.id,
    ]);
    await tx.query('release savepoint cell');
    await tx.query(`select pg_notify('hf_template', $1)`, [String(template)]);
    await set(false, [project.id]);
    expect(await next()).toMatchObject({ cells: [{ id: cellId() }] });
  });
  expect(await next()).toMatchObject({ cells: [{ id: cellId(second.id) }] });
  await end();
});

test('too many at once, and what a deaf API may have missed, are told as a resync', async () => {
  const { org, pool, people } = ground;
  await pool.query(
    `insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
     select $1, 'many-' || n, 'many', $2, 'wh_many_' || n from generate_series(1, 201) n`,
    [org.id, people.admin.id],
  );
  const { next, end } = await watch();
  await pool.query(
    `with made as (
       insert into template_enablement (template_id, project_id, org_id, state, updated_by_user_id)
       select $1, id, org_id, 'off', owner_user_id from project where slug like 'many-%'
     ) select pg_notify('hf_template', $1::text)`,
    [template],
  );
  expect(await next()).toMatchObject({ resync: true, ...EMPTY });
  await killListener(pool, async () => {
    await set(true);
  });
  expect(await next()).toMatchObject({ resync: true });
  await end();
});

test('nobody is told of cells in projects that they may not see, nor of another organisation’s templates', async () => {
  const { org, pool } = ground;
  const second = await createProject(pool, { orgId: org.id, ownerUserId: ground.people.admin.id });
  const user = await createUser(pool, { orgId: org.id, role: 'viewer', projectId: second.id });
  const { token } = await createToken(pool, { orgId: org.id, userId: user.id });
  const [nobody, stranger, limited] = await Promise.all([
    as('nobody'),
    as('stranger'),
    watch(ground.client(null, { connectionParams: { authorization: `Bearer ${token}` } })),
  ]);
  await set(true, [ground.project.id, second.id]);
  expect(await nobody.next()).toMatchObject({
    ...{ templates: [{ databaseId: template, counts: { on: 0 } }], cells: [], matrixCells: [] },
  });
  expect(await limited.next()).toMatchObject({
    ...{ templates: [{ counts: { on: 1 } }], cells: [{ id: cellId(second.id) }] },
    matrixCells: [{ id: `MatrixCell:${template}:${second.id}` }],
  });
  // The stranger's next message is about their own.
  const { otherOrg, people } = ground;
  const theirs = await principalOf(pool, { orgId: otherOrg.id, userId: people.stranger.id });
  const own = await createTemplate(deps, theirs, {
    ...{ display_name: 'Own', steps: [{ kind: 'snapshot_dashboards' }] },
  });
  expect(await stranger.next()).toMatchObject({ templates: [{ databaseId: own.id }], cells: [] });
  await Promise.all([nobody.end(), stranger.end(), limited.end()]);
});

test('a revoked token ends its socket with the reason', async () => {
  const stream = subscribe<never>(ground.client('viewer'), WATCH);
  await take(stream, 1);
  await ground.pool.query('update api_token set revoked_at = now() where id = $1', [
    ground.tokens.viewer.id,
  ]);
  await expect(take(stream, 1)).rejects.toMatchObject({ code: 4403 });
});
