import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createProject,
  createRun,
  createScenario,
  createToken,
  createUser,
} from '#test/support/factories.ts';
import { schema } from '#graphql/schema.ts';
import { createDashboard } from '../domain/dashboard/dashboards.ts';
import { createGround, subscribe } from './ground.ts';
import type { Ground, Person } from './ground.ts';
import { insertData } from './data-rows.ts';
import { insertCell, insertTemplate } from './template-rows.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

let ids: {
  project: number;
  scenario: number;
  run: number;
  failedRun: number;
  tick: number;
  tileLink: number;
  member: number;
  group: number;
  connector: number;
  token: number;
  template: number;
  freeTemplate: number;
  dashboard: number;
  share: number;
  delivery: number;
  mailConnector: number;
  dataset: number;
  recipe: number;
  agent: number;
};
beforeEach(async () => {
  const { org, project, people, pool } = ground;
  const place = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  const scenario = await createScenario(pool, {
    ...place,
    name: 'secret name',
    trigger: { cron: '@daily' },
    steps: [{ kind: 'snapshot_dashboards', name: 's' }],
  });
  const run = await createRun(pool, {
    ...place,
    scenarioId: scenario.id,
    state: 'running',
    steps: [{ kind: 'snapshot_dashboards', name: 'secret step' }],
  });
  const failedRun = await createRun(pool, {
    ...place,
    scenarioId: scenario.id,
    state: 'failed',
    steps: [{ kind: 'snapshot_dashboards', name: 'secret step' }],
  });
  const { rows } = await pool.query(
    `insert into tick (org_id, project_id, scenario_id, source, due_at, outcome, reason, run_id)
     values ($1, $2, $3, 'schedule', clock_timestamp(), 'fired', 'secret reason', $4) returning id`,
    [org.id, project.id, scenario.id, run.id],
  );
  const template = await insertTemplate(pool, { orgId: org.id, name: 'secret template' });
  await insertCell(pool, {
    ...{ orgId: org.id, userId: people.admin.id },
    ...{ templateId: template.id, projectId: project.id },
  });
  const link = await pool.query(
    `insert into tile_link (jti, org_id, user_id, expires_at)
     values (gen_random_uuid(), $1, $2, clock_timestamp() + interval '1 day') returning id`,
    [org.id, people.admin.id],
  );
  const delivery = await pool.query(
    `insert into email_delivery (org_id, project_id, run_id, origin_run_id, step_name, recipient, subject, message_id, state)
     values ($1, $2, $3, $3, 's', 'secret@example.com', 'secret subject', '<secret>', 'failed') returning id`,
    [org.id, project.id, failedRun.id],
  );
  const dashboard = await createDashboard(pool, { orgId: org.id, projectId: project.id });
  const content =
    '{"title": "secret", "layout": {}, "default_time_filter": null, "version": 1, "cards": []}';
  await pool.query(
    `insert into dashboard_revisions (dashboard_id, revision, content, author_user_id, change_note)
     values ($1, 1, $2, 0, 'secret note')`,
    [dashboard, content],
  );
  const share = await pool.query(
    `insert into dashboard_share (org_id, dashboard_id, token_hash, mode, publisher_user_id)
     values ($1, $2, gen_random_uuid(), 'live', $3) returning id`,
    [org.id, dashboard, people.admin.id],
  );
  const data = await insertData(pool, { orgId: org.id, projectId: project.id });
  ids = {
    ...data,
    dashboard,
    share: share.rows[0].id,
    delivery: delivery.rows[0].id,
    mailConnector: await idOf(
      `insert into connector (org_id, slug, name, type) values ($1, $2, 'secret mail', 'smtp') returning id`,
    ),
    project: project.id,
    scenario: scenario.id,
    run: run.id,
    failedRun: failedRun.id,
    tick: rows[0].id,
    tileLink: link.rows[0].id,
    member: (await createUser(pool, { orgId: org.id })).id,
    group: await idOf(`insert into "group" (org_id, name) values ($1, $2) returning id`),
    connector: await idOf(
      `insert into connector (org_id, slug, name, type) values ($1, $2, 'secret files', 'csv') returning id`,
    ),
    token: (await createToken(pool, { orgId: org.id, userId: people.admin.id })).id,
    template: template.id,
    freeTemplate: (await insertTemplate(pool, { orgId: org.id })).id,
  };
});

/** Of a row of the organisation with a name of its own. */
async function idOf(sql: string): Promise<number> {
  const { rows } = await ground.pool.query(sql, [ground.org.id, crypto.randomUUID()]);
  return rows[0].id;
}

/** `ok`: something is found or done. `nothing`: null, an empty list, or NOT_FOUND. `forbidden`: FORBIDDEN. */
type Expectation = 'ok' | 'nothing' | 'forbidden';
type Operation = { text: () => string; see: (data: any) => unknown; write?: true };

const names = `{ __typename ... on Failure { message } }`;
const templateInput = (slug: string) =>
  `{ slug: "${slug}", display_name: "New", steps: [{ kind: "snapshot_dashboards" }] }`;
const dashboardInput = `{ title: "new", cards: [] }`;
const scenarioInput = `{ name: "new", steps: [{ snapshotDashboards: {} }] }`;

/** Whatever needs no project: every caller may ask. */
const OPEN: Record<string, string> = {
  viewer: '{ viewer { role } }',
  nextDueTimes: '{ nextDueTimes(cron: "@daily") { times { at } } }',
  schedulerHealth: '{ schedulerHealth { alive } }',
  workers: '{ workers { host } }',
  organisation: '{ organisation { name runRetentionDays } }',
  connectorTypes: '{ connectorTypes { type config secrets source } }',
  tokens: '{ tokens { name } }',
};

const QUERIES: Record<string, Operation> = {
  node: { text: () => `{ node(id: "Scenario:${ids.scenario}") { id } }`, see: (data) => data.node },
  project: { text: () => `{ project(id: ${ids.project}) { name } }`, see: (data) => data.project },
  projects: {
    text: () => `{ projects { totalCount nodes { databaseId } } }`,
    see: (data) => data.projects.nodes.find((node: any) => node.databaseId === ids.project),
  },
  scenario: {
    text: () => `{ scenario(id: ${ids.scenario}) { name } }`,
    see: (data) => data.scenario,
  },
  scenarios: {
    text: () =>
      `{ scenarios(filter: { projectId: ${ids.project} }) { totalCount nodes { name } } }`,
    see: (data) => data.scenarios.totalCount && data.scenarios.nodes[0],
  },
  run: { text: () => `{ run(id: ${ids.run}) { steps { name } } }`, see: (data) => data.run },
  runs: {
    text: () => `{ runs(filter: { scenarioId: ${ids.scenario} }) { totalCount nodes { id } } }`,
    see: (data) => data.runs.totalCount && data.runs.nodes[0],
  },
  ticks: {
    text: () =>
      `{ ticks(filter: { scenarioId: ${ids.scenario} }) { totalCount nodes { reason } } }`,
    see: (data) => data.ticks.totalCount && data.ticks.nodes[0],
  },
  emailDelivery: {
    text: () => `{ emailDelivery(id: ${ids.delivery}) { recipient subject } }`,
    see: (data) => data.emailDelivery,
  },
  emailDeliveries: {
    text: () =>
      `{ emailDeliveries(filter: { runId: ${ids.failedRun} }) { totalCount nodes { recipient } } }`,
    see: (data) => data.emailDeliveries.totalCount && data.emailDeliveries.nodes[0],
  },
  queue: {
    text: () => `{ queue(projectId: ${ids.project}) { depth } }`,
    see: (data) => data.queue,
  },
  validateScenario: {
    text: () =>
      `{ validateScenario(projectId: ${ids.project}, input: ${scenarioInput}) { message } }`,
    see: (data) => data.validateScenario,
    write: true,
  },
  calendars: {
    text: () => `{ calendars(projectId: ${ids.project}) { name } }`,
    see: (data) => data.calendars,
  },
  connectors: {
    text: () => `{ connectors(projectId: ${ids.project}) { name } }`,
    see: (data) => data.connectors[0],
  },
  timeline: {
    text: () =>
      `{ timeline(projectId: ${ids.project}, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { truncated } }`,
    see: (data) => data.timeline,
  },
  runStatistics: {
    text: () =>
      `{ runStatistics(projectId: ${ids.project}, scenarioId: ${ids.scenario}, bucket: DAY, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { failed } }`,
    see: (data) => data.runStatistics,
  },
  dashboard: {
    text: () => `{ dashboard(id: ${ids.dashboard}) { title cards { sql } } }`,
    see: (data) => data.dashboard,
  },
  dashboards: {
    text: () => `{ dashboards(projectId: ${ids.project}) { totalCount nodes { title } } }`,
    see: (data) => data.dashboards.totalCount && data.dashboards.nodes[0],
  },
  dashboardRevisions: {
    text: () =>
      `{ dashboardRevisions(dashboardId: ${ids.dashboard}) { totalCount nodes { note content } } }`,
    see: (data) => data.dashboardRevisions.totalCount && data.dashboardRevisions.nodes[0],
  },
  compareDashboard: {
    text: () => `{ compareDashboard(id: ${ids.dashboard}, from: 1) { title } }`,
    see: (data) => data.compareDashboard[0],
  },
  flow: {
    text: () => `{ flow(projectId: ${ids.project}) { nodes { name } edges { from } } }`,
    see: (data) => data.flow,
  },
  dataset: {
    text: () => `{ dataset(id: ${ids.dataset}) { name usedBy { name } flow { name } } }`,
    see: (data) => data.dataset,
  },
  datasets: {
    text: () => `{ datasets(projectId: ${ids.project}) { totalCount nodes { name } } }`,
    see: (data) => data.datasets.totalCount && data.datasets.nodes[0],
  },
  recipe: {
    text: () => `{ recipe(id: ${ids.recipe}) { name sql usedBy { name } } }`,
    see: (data) => data.recipe,
  },
  recipes: {
    text: () => `{ recipes(projectId: ${ids.project}) { totalCount nodes { name sql } } }`,
    see: (data) => data.recipes.totalCount && data.recipes.nodes[0],
  },
  agent: {
    text: () => `{ agent(id: ${ids.agent}) { name instructions usedBy { name } } }`,
    see: (data) => data.agent,
  },
  agents: {
    text: () => `{ agents(projectId: ${ids.project}) { totalCount nodes { name instructions } } }`,
    see: (data) => data.agents.totalCount && data.agents.nodes[0],
  },
  templateCell: {
    text: () =>
      `{ templateCell(templateId: ${ids.template}, projectId: ${ids.project}) { template { displayName } } }`,
    see: (data) => data.templateCell,
  },
  matrix: {
    text: () =>
      `{ matrix(templateText: "secret", state: ON) { cells { id } templates { nodes { displayName } } } }`,
    see: (data) => data.matrix.cells[0],
  },
  planScenarios: {
    text: () =>
      `{ planScenarios(projectId: ${ids.project}, configurations: [{ name: "new" }]) { slug } }`,
    see: (data) => data.planScenarios,
    write: true,
  },
};

/** What every member of the organisation may read, with a role or without one. */
const MEMBER_QUERIES: Record<string, Operation> = {
  template: {
    text: () => `{ template(id: ${ids.template}) { displayName } }`,
    see: (data) => data.template,
  },
  templates: {
    text: () => `{ templates(q: "secret") { totalCount nodes { displayName } } }`,
    see: (data) => data.templates.totalCount && data.templates.nodes[0],
  },
};

const mutation = (field: string, args: () => string): Operation => ({
  text: () => `mutation { ${field}(${args()}) ${names} }`,
  see: (data) => data[field],
  write: true,
});
const MUTATIONS: Record<string, Operation> = {
  createScenario: mutation(
    'createScenario',
    () => `projectId: ${ids.project}, input: ${scenarioInput}`,
  ),
  updateScenario: mutation('updateScenario', () => `id: ${ids.scenario}, patch: { name: "x" }`),
  applyScenario: mutation(
    'applyScenario',
    () =>
      `projectId: ${ids.project}, scenarioId: ${ids.scenario}, configuration: { name: "x", steps: [{ kind: "snapshot_dashboards" }] }`,
  ),
  deleteScenario: mutation('deleteScenario', () => `id: ${ids.scenario}`),
  pauseScenario: mutation('pauseScenario', () => `id: ${ids.scenario}`),
  resumeScenario: mutation('resumeScenario', () => `id: ${ids.scenario}`),
  duplicateScenario: mutation('duplicateScenario', () => `id: ${ids.scenario}`),
  runScenario: mutation('runScenario', () => `scenarioId: ${ids.scenario}`),
  cancelRun: mutation('cancelRun', () => `id: ${ids.run}`),
  retryRun: mutation('retryRun', () => `id: ${ids.failedRun}, mode: FROM_FAILED`),
  resendDelivery: mutation('resendDelivery', () => `id: ${ids.delivery}`),
  cancelQueue: mutation('cancelQueue', () => `projectId: ${ids.project}`),
  backfillScenario: mutation(
    'backfillScenario',
    () => `scenarioId: ${ids.scenario}, from: "2026-01-01T00:00:00Z", to: "2026-01-03T00:00:00Z"`,
  ),
  saveCalendar: mutation('saveCalendar', () => `projectId: ${ids.project}, name: "holidays"`),
  deleteCalendar: mutation('deleteCalendar', () => `projectId: ${ids.project}, name: "holidays"`),
  updateProject: mutation('updateProject', () => `id: ${ids.project}, name: "renamed"`),
  createDashboard: mutation(
    'createDashboard',
    () => `projectId: ${ids.project}, input: ${dashboardInput}`,
  ),
  saveDashboard: mutation('saveDashboard', () => `id: ${ids.dashboard}, input: ${dashboardInput}`),
  restoreDashboard: mutation('restoreDashboard', () => `id: ${ids.dashboard}, revision: 1`),
  deleteDashboard: mutation('deleteDashboard', () => `id: ${ids.dashboard}`),
  sendDashboard: mutation(
    'sendDashboard',
    () => `id: ${ids.dashboard}, input: { recipients: ["secret@example.com"] }`,
  ),
  previewCard: mutation(
    'previewCard',
    () =>
      `projectId: ${ids.project}, card: { title: "x", visualisation: TEXT, position: { x: 0, y: 0, w: 6, h: 4 } }`,
  ),
  shareDashboard: mutation('shareDashboard', () => `id: ${ids.dashboard}, mode: LIVE`),
  createDataset: mutation(
    'createDataset',
    () => `projectId: ${ids.project}, input: { slug: "d-${crypto.randomUUID()}", name: "New" }`,
  ),
  updateDataset: mutation('updateDataset', () => `id: ${ids.dataset}, input: { name: "Other" }`),
  deleteDataset: mutation('deleteDataset', () => `id: ${ids.dataset}`),
  syncDataset: mutation('syncDataset', () => `datasetId: ${ids.dataset}`),
  createRecipe: mutation(
    'createRecipe',
    () =>
      `projectId: ${ids.project}, input: { slug: "r-${crypto.randomUUID()}", name: "New", kind: SQL, sql: "select 1" }`,
  ),
  updateRecipe: mutation('updateRecipe', () => `id: ${ids.recipe}, input: { name: "Other" }`),
  deleteRecipe: mutation('deleteRecipe', () => `id: ${ids.recipe}`),
  buildRecipe: mutation('buildRecipe', () => `recipeId: ${ids.recipe}`),
  createAgent: mutation(
    'createAgent',
    () =>
      `projectId: ${ids.project}, input: { slug: "a-${crypto.randomUUID()}", name: "New", connectorId: 1, model: "m", instructions: "i", outputSchema: {} }`,
  ),
  updateAgent: mutation('updateAgent', () => `id: ${ids.agent}, input: { name: "Other" }`),
  deleteAgent: mutation('deleteAgent', () => `id: ${ids.agent}`),
  revokeDashboardShare: mutation('revokeDashboardShare', () => `id: ${ids.share}`),
};

/** What only an administrator of the organisation may; a stranger administers another one. */
const ADMIN: Record<string, Operation> = {
  pauseOrganisation: mutation('pauseOrganisation', () => 'note: "moving"'),
  resumeOrganisation: {
    ...mutation('', () => ''),
    text: () => `mutation { resumeOrganisation ${names} }`,
    see: (data) => data.resumeOrganisation,
  },
  setProjectLimit: mutation('setProjectLimit', () => `projectId: ${ids.project}, maxRunning: 5`),
  createTileLink: mutation('createTileLink', () => 'validDays: 1'),
  revokeTileLink: mutation('revokeTileLink', () => `id: ${ids.tileLink}`),
  addMember: mutation(
    'addMember',
    () => `email: "${crypto.randomUUID()}@example.com", name: "New"`,
  ),
  removeMember: mutation('removeMember', () => `userId: ${ids.member}`),
  setMemberRole: mutation('setMemberRole', () => `userId: ${ids.member}, role: VIEWER`),
  resetPassword: mutation('resetPassword', () => `userId: ${ids.member}`),
  saveGroup: mutation(
    'saveGroup',
    () => `id: ${ids.group}, name: "${crypto.randomUUID()}", roles: [], userIds: []`,
  ),
  deleteGroup: mutation('deleteGroup', () => `id: ${ids.group}`),
  createConnector: mutation(
    'createConnector',
    () =>
      `slug: "c-${crypto.randomUUID()}", name: "Files", type: "csv", config: { folder: "/data" }`,
  ),
  updateConnector: mutation('updateConnector', () => `id: ${ids.connector}, name: "Other"`),
  deleteConnector: mutation('deleteConnector', () => `id: ${ids.connector}`),
  testConnector: mutation('testConnector', () => `id: ${ids.connector}`),
  sendTestMessage: mutation('sendTestMessage', () => `connectorId: ${ids.mailConnector}`),
  updateOrganisation: mutation('updateOrganisation', () => 'name: "Renamed"'),
  createProject: mutation(
    'createProject',
    () => `input: { name: "Another", slug: "p-${crypto.randomUUID()}" }`,
  ),
  createTemplate: mutation(
    'createTemplate',
    () => `configuration: ${templateInput(`t-${crypto.randomUUID()}`)}`,
  ),
  updateTemplate: mutation(
    'updateTemplate',
    () => `id: ${ids.template}, configuration: { description: "x" }`,
  ),
  deleteTemplate: mutation('deleteTemplate', () => `id: ${ids.freeTemplate}`),
  setTemplateEnabled: mutation(
    'setTemplateEnabled',
    () => `templateId: ${ids.freeTemplate}, projectIds: [${ids.project}], enabled: true`,
  ),
  // Not the slug, so that it stays for the others.
  deleteProject: mutation('deleteProject', () => `id: ${ids.project}, confirmSlug: "no"`),
};

/** The same for questions. */
const ADMIN_QUERIES: Record<string, Operation> = {
  tileLinks: { text: () => '{ tileLinks { token } }', see: (data) => data.tileLinks },
  members: {
    text: () => '{ members { totalCount nodes { id } } }',
    see: (data) => data.members.nodes[0],
  },
  groups: { text: () => '{ groups { name } }', see: (data) => data.groups[0] },
  auditLog: { text: () => '{ auditLog { nodes { action } } }', see: (data) => data.auditLog },
  validateTemplate: {
    text: () => `{ validateTemplate(configuration: ${templateInput('new')}) { message } }`,
    see: (data) => data.validateTemplate,
  },
  planTemplate: {
    text: () =>
      `{ planTemplate(id: ${ids.template}, configuration: { description: "x" }) { cells { projectName } } }`,
    see: (data) => data.planTemplate,
  },
  projectDependants: {
    text: () => `{ projectDependants(id: ${ids.project}) { kind } }`,
    see: (data) => data.projectDependants[0],
  },
};

/** Those that name a project: whoever may not see it finds nothing. */
const OF_PROJECT = new Set(['setProjectLimit', 'deleteProject', 'projectDependants']);
/** Those that name something else of the organisation. */
const OF_ORG = new Set([
  'revokeTileLink',
  'removeMember',
  'setMemberRole',
  'resetPassword',
  'saveGroup',
  'deleteGroup',
  'updateConnector',
  'deleteConnector',
  'testConnector',
  'sendTestMessage',
  'updateTemplate',
  'deleteTemplate',
  'setTemplateEnabled',
  'planTemplate',
]);

/** What everybody may do with their own. The people here have no password, so there is none to change. */
const OWN: Record<string, { operation: Operation; expected: (person: Person) => Expectation }> = {
  issueToken: {
    operation: mutation('issueToken', () => 'name: "CI"'),
    expected: () => 'ok',
  },
  revokeToken: {
    operation: mutation('revokeToken', () => `id: ${ids.token}`),
    expected: (person) => (person === 'admin' ? 'ok' : 'nothing'),
  },
  changePassword: {
    operation: mutation('changePassword', () => 'current: "one", new: "another one"'),
    expected: () => 'forbidden',
  },
};

const SUBSCRIPTIONS: Record<string, () => string> = {
  runEvents: () => `subscription { runEvents(runId: ${ids.run}) { __typename } }`,
  runsChanged: () =>
    `subscription { runsChanged(projectId: ${ids.project}) { resync runs { name } } }`,
  scenariosChanged: () =>
    `subscription { scenariosChanged(scenarioId: ${ids.scenario}) { scenarios { name } deletedIds } }`,
  ticks: () => `subscription { ticks(projectId: ${ids.project}) { ticks { reason } } }`,
  queue: () => `subscription { queue(projectId: ${ids.project}) { queue { depth } } }`,
  flowChanged: () => `subscription { flowChanged(projectId: ${ids.project}) { revision } }`,
  emailDeliveriesChanged: () =>
    `subscription { emailDeliveriesChanged(projectId: ${ids.project}) { deliveries { recipient } } }`,
};

const READS: Record<Person, Expectation> = {
  admin: 'ok',
  designer: 'ok',
  analyst: 'ok',
  viewer: 'ok',
  nobody: 'nothing',
  stranger: 'nothing',
};
const WRITES: Record<Person, Expectation> = { ...READS, analyst: 'forbidden', viewer: 'forbidden' };
const PEOPLE = Object.keys(READS) as Person[];

function judge(answer: any, operation: Operation): Expectation {
  const code = answer.errors?.[0]?.extensions.code;
  if (code === 'NOT_FOUND') return 'nothing';
  if (code === 'FORBIDDEN') return 'forbidden';
  expect(answer.errors).toBeUndefined();
  const seen = operation.see(answer.data) as { __typename?: string } | null;
  if (seen?.__typename === 'NotFound') return 'nothing';
  if (seen?.__typename === 'Forbidden') return 'forbidden';
  return seen ? 'ok' : 'nothing';
}

test('every operation is in the tables below', () => {
  const fields = (type: { getFields(): object } | null | undefined) =>
    Object.keys(type?.getFields() ?? {});
  const queries = { ...OPEN, ...QUERIES, ...MEMBER_QUERIES, ...ADMIN_QUERIES };
  expect(Object.keys(queries).sort()).toEqual(fields(schema.getQueryType()).sort());
  expect(Object.keys({ ...MUTATIONS, ...ADMIN, ...OWN }).sort()).toEqual(
    fields(schema.getMutationType()).sort(),
  );
  expect([...Object.keys(SUBSCRIPTIONS), 'schedulerHealth', 'matrix'].sort()).toEqual(
    fields(schema.getSubscriptionType()).sort(),
  );
});

describe.each(PEOPLE)('as %s', (person) => {
  test.each(Object.entries({ ...QUERIES, ...MUTATIONS }))('%s', async (_name, operation) => {
    await ground.pool.query(
      `insert into calendar (project_id, name) values ($1, 'holidays') on conflict do nothing`,
      [ids.project],
    );
    const answer = await ground.ask(person, operation.text());
    const expected = (operation.write ? WRITES : READS)[person];
    expect(judge(answer, operation)).toBe(expected);
    if (expected === 'nothing') expect(JSON.stringify(answer)).not.toMatch(/secret/);
  });

  test.each(Object.entries({ ...ADMIN, ...ADMIN_QUERIES }))('%s', async (name, operation) => {
    const answer = await ground.ask(person, operation.text());
    const elsewhere = OF_PROJECT.has(name) || OF_ORG.has(name) ? 'nothing' : 'ok';
    const unseen = OF_PROJECT.has(name) ? 'nothing' : 'forbidden';
    const expected = { admin: 'ok', stranger: elsewhere, nobody: unseen };
    expect(judge(answer, operation)).toBe(expected[person as 'admin'] ?? 'forbidden');
  });

  test.each(Object.entries(OWN))('%s', async (_name, { operation, expected }) => {
    const answer = await ground.ask(person, operation.text());
    expect(judge(answer, operation)).toBe(expected(person));
  });

  test.each(Object.entries(MEMBER_QUERIES))('%s', async (_name, operation) => {
    const answer = await ground.ask(person, operation.text());
    expect(judge(answer, operation)).toBe(person === 'stranger' ? 'nothing' : 'ok');
    if (person === 'stranger') expect(JSON.stringify(answer)).not.toMatch(/secret/);
  });

  test.each(Object.keys(OPEN))('%s', async (name) => {
    expect((await ground.ask(person, OPEN[name]!)).errors).toBeUndefined();
  });

  test.each(Object.entries(SUBSCRIPTIONS))('%s', async (_name, text) => {
    if (READS[person] === 'ok') {
      await ground.pool.query(
        `with r as (update run set event_seq = 1 where id = $1)
         insert into run_event values ($1, 1, 'log', now(), '{}')`,
        [ids.run],
      );
    }
    const stream = subscribe<never>(ground.client(person), text());
    const { value } = (await stream.next()) as {
      value: { errors?: { extensions: { code: string } }[] };
    };
    expect(value.errors?.[0]?.extensions.code).toBe(
      READS[person] === 'ok' ? undefined : 'NOT_FOUND',
    );
    await stream.return?.();
  });
});

test('nobody signed in gets nothing but a 401, whatever is asked', async () => {
  for (const operation of Object.values({ ...QUERIES, ...MUTATIONS })) {
    const { status, errors } = await ground.ask(null, operation.text());
    expect([status, errors?.[0]?.extensions['code']]).toEqual([401, 'UNAUTHENTICATED']);
  }
});

test('a role on one project shows nothing of another, by list, by id or by node', async () => {
  const { org, pool, people } = ground;
  const second = await createProject(pool, { orgId: org.id, ownerUserId: people.admin.id });
  const member = await createUser(pool, { orgId: org.id, role: 'designer', projectId: second.id });
  const { token } = await createToken(pool, { orgId: org.id, userId: member.id });
  const mine = await createScenario(pool, {
    orgId: org.id,
    projectId: second.id,
    ownerUserId: member.id,
  });
  const ask = (query: string) => ground.ask(null, query, {}, { authorization: `Bearer ${token}` });
  const { data } = await ask(`{
    projects { nodes { databaseId } } scenarios { nodes { databaseId } } runs { totalCount } ticks { totalCount }
    a: node(id: "Run:${ids.run}") { id } b: node(id: "StepRun:${ids.run}:0") { id } c: node(id: "Tick:${ids.tick}") { id }
    d: node(id: "Project:${ids.project}") { id } e: node(id: "Scenario:${mine.id}") { id }
    f: node(id: "User:${people.stranger.id}") { id } }`);
  expect(data).toEqual({
    projects: { nodes: [{ databaseId: second.id }] },
    scenarios: { nodes: [{ databaseId: mine.id }] },
    runs: { totalCount: 0 },
    ticks: { totalCount: 0 },
    a: null,
    b: null,
    c: null,
    d: null,
    e: { id: `Scenario:${mine.id}` },
    f: null,
  });
});

test('a worker shows no runs of another organisation, in its list and in the pushed health', async () => {
  await ground.pool.query(
    `insert into scheduler_workers (worker_id, last_seen_at, host, pid, version, slots, started_at)
     values ('shared', clock_timestamp(), 'h', 1, '0', 1, now()) on conflict do nothing`,
  );
  await ground.pool.query(`update run set worker_id = 'shared' where id = $1`, [ids.run]);
  const workers = '{ workerId runs { databaseId steps { name } } }';
  for (const [person, runs] of [
    ['viewer', [{ databaseId: ids.run, steps: [{ name: 'secret step' }] }]],
    ['nobody', []],
    ['stranger', []],
  ] as const) {
    const { data } = await ground.ask(person, `{ workers ${workers} }`);
    expect(data.workers).toEqual([{ workerId: 'shared', runs }]);
    const stream = subscribe<never>(
      ground.client(person),
      `subscription { schedulerHealth { workers ${workers} } }`,
    );
    const { value } = (await stream.next()) as { value: { data: { schedulerHealth: unknown } } };
    expect(value.data.schedulerHealth).toEqual({ workers: [{ workerId: 'shared', runs }] });
    await stream.return?.();
  }
});

test('a token that may only read changes nothing', async () => {
  const { token } = await createToken(ground.pool, {
    orgId: ground.org.id,
    userId: ground.people.admin.id,
    scopes: ['read'],
  });
  const { data } = await ground.ask(
    null,
    MUTATIONS['pauseScenario']!.text(),
    {},
    { authorization: `Bearer ${token}` },
  );
  expect(data.pauseScenario.__typename).toBe('Forbidden');
});

test('another organisation in the header is refused as if it did not exist', async () => {
  const { errors } = await ground.ask(
    'admin',
    '{ viewer { role } }',
    {},
    { 'x-org-id': String(ground.otherOrg.id) },
  );
  expect(errors?.[0]?.extensions['code']).toMatch(/NOT_FOUND|UNAUTHENTICATED/);
});
