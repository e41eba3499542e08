import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const FAILURE = `... on Failure { message } ... on ValidationError { problems { path at message value } }
  ... on Forbidden { permission targetId } ... on Conflict { facts } ... on TriggerConfigError { config }`;
const SCENARIO = `... on Scenario { id databaseId slug name version enabled state nextDueAt
  trigger { __typename description ... on CronTrigger { cron timezone } }
  steps { __typename pos kind name config ... on SnapshotDashboardsStep { skipHours changeNote maxDashboards } }
  policies { overlap catchup timeout set } pause { note } }`;

const CREATE = `mutation ($projectId: ID!, $input: ScenarioInput!) {
  createScenario(projectId: $projectId, input: $input) { __typename ${SCENARIO} ${FAILURE} } }`;

const create = (input: object, person: 'designer' | 'viewer' = 'designer') =>
  ground.ask(person, CREATE, { projectId: `Project:${ground.project.id}`, input });

const input = (more: object = {}) => ({
  name: 'Nightly snapshots',
  trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
  steps: [{ snapshotDashboards: { skipHours: 6, changeNote: 'by night' } }],
  policies: { overlap: 'ALLOW', timeout: '90m' },
  ...more,
});

describe('createScenario', () => {
  test('makes what was written, and answers it whole', async () => {
    const { data, errors } = await create(input());
    expect(errors).toBeUndefined();
    const made = data.createScenario;
    expect(made).toMatchObject({
      __typename: 'Scenario',
      id: `Scenario:${made.databaseId}`,
      slug: 'nightly-snapshots',
      version: 1,
      state: 'ACTIVE',
      trigger: { __typename: 'CronTrigger', cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
      steps: [
        {
          __typename: 'SnapshotDashboardsStep',
          kind: 'snapshot_dashboards',
          skipHours: 6,
          changeNote: 'by night',
          maxDashboards: null,
        },
      ],
      policies: { overlap: 'ALLOW', catchup: 'LAST', set: { overlap: 'allow' } },
    });
    expect(new Date(made.nextDueAt).getUTCHours()).toBe(19);
  });

  test('lists every problem at once, in the words and places of the caller', async () => {
    const { data, errors } = await create(
      input({
        trigger: { cron: '61 2 * * *' },
        steps: [
          { snapshotDashboards: { skipHours: -1 } },
          { syncDataset: { dataset: 'no-such-dataset' } },
          { snapshotDashboards: { maxDashboards: '{{ param.' } },
        ],
        ownerUserId: `User:${ground.people.stranger.id}`,
      }),
    );
    expect(errors).toBeUndefined();
    expect(data.createScenario.__typename).toBe('ValidationError');
    const places = data.createScenario.problems.map((problem: { at: string }) => problem.at);
    expect(places).toContain('trigger.cron');
    expect(places).toContain('steps[0].snapshotDashboards.skipHours');
    expect(places).toContain('steps[1].syncDataset.dataset');
    expect(places).toContain('steps[2].snapshotDashboards.maxDashboards');
    expect(places).toContain('ownerUserId');
    expect(
      data.createScenario.problems.find(
        (p: { at: string }) => p.at === 'steps[0].snapshotDashboards.skipHours',
      ),
    ).toMatchObject({ value: -1, path: ['steps', '0', 'snapshotDashboards', 'skipHours'] });
  });

  test('tells the same problems as REST, with the same messages and values', async () => {
    const wrong = await create(
      input({ steps: [{ snapshotDashboards: { skipHours: -1 } }], name: '' }),
    );
    const rest = await fetch(`${ground.url}/api/scheduler/scenarios`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ground.tokens.designer.token}`,
        'content-type': 'application/json',
        'x-project-id': String(ground.project.id),
      },
      body: JSON.stringify({
        name: '',
        trigger: { cron: '0 2 * * *', timezone: 'Asia/Jakarta' },
        steps: [{ kind: 'snapshot_dashboards', skip_hours: -1 }],
        overlap: 'allow',
        timeout: '90m',
      }),
    });
    expect(rest.status).toBe(422);
    const { details } = (await rest.json()) as { details: { message: string; value: unknown }[] };
    const strip = (problems: { message: string; value: unknown }[]) =>
      problems.map(({ message, value }) => ({ message, value }));
    expect(strip(wrong.data.createScenario.problems)).toEqual(strip(details));
  });

  test('takes exactly one entry per step', async () => {
    const none = await create(input({ steps: [{}] }));
    expect(none.errors?.[0]?.message).toMatch(/exactly one|Exactly one/i);
  });

  test('is refused to who may only see', async () => {
    const { data } = await create(input(), 'viewer');
    expect(data.createScenario).toMatchObject({
      __typename: 'Forbidden',
      permission: 'project.edit',
    });
  });

  test('validateScenario tells the problems and makes nothing', async () => {
    const query = `query ($projectId: ID!, $input: ScenarioInput!) { validateScenario(projectId: $projectId, input: $input) { at message value } }`;
    const bad = await ground.ask('designer', query, {
      projectId: ground.project.id,
      input: input({ steps: [{ snapshotDashboards: { skipHours: 'soon' } }] }),
    });
    expect(bad.data.validateScenario).toMatchObject([
      { at: 'steps[0].snapshotDashboards.skipHours', value: 'soon' },
    ]);
    const good = await ground.ask('designer', query, {
      projectId: ground.project.id,
      input: input(),
    });
    expect(good.data.validateScenario).toEqual([]);
  });
});

describe('an existing scenario', () => {
  let id: string;
  beforeEach(async () => {
    const { data } = await create(input());
    id = data.createScenario.id;
  });
  const command = (
    name: string,
    args: string,
    more = '',
    person: 'designer' | 'viewer' = 'designer',
  ) =>
    ground.ask(
      person,
      `mutation { ${name}(${args}) { __typename ${SCENARIO} ${FAILURE} ${more} } }`,
    );

  test('is changed where the patch says so; a stale version is a conflict', async () => {
    const patch =
      '{ name: "Renamed", steps: [{ snapshotDashboards: { skipHours: "{{ param.hours }}" } }], policies: { timeout: null } }';
    const changed = await command('updateScenario', `id: "${id}", patch: ${patch}, ifVersion: 1`);
    expect(changed.data.updateScenario).toMatchObject({
      name: 'Renamed',
      version: 2,
      steps: [{ skipHours: '{{ param.hours }}', changeNote: null }],
      policies: { timeout: '6h', set: { overlap: 'allow' } },
      trigger: { cron: '0 2 * * *' },
    });
    const stale = await command(
      'updateScenario',
      `id: "${id}", patch: { name: "Again" }, ifVersion: 1`,
    );
    expect(stale.data.updateScenario).toMatchObject({
      __typename: 'Conflict',
      facts: { version: 2 },
    });
    const manual = await command('updateScenario', `id: "${id}", patch: { trigger: null }`);
    expect(manual.data.updateScenario).toMatchObject({ trigger: null, nextDueAt: null });
  });

  test('is paused with a note, resumed, duplicated and deleted', async () => {
    const paused = await command('pauseScenario', `id: "${id}", note: "maintenance"`);
    expect(paused.data.pauseScenario).toMatchObject({
      state: 'PAUSED',
      pause: { note: 'maintenance' },
    });
    const resumed = await command('resumeScenario', `id: "${id}"`);
    expect(resumed.data.resumeScenario).toMatchObject({ state: 'ACTIVE', pause: null });
    const copy = await command('duplicateScenario', `id: "${id}"`);
    expect(copy.data.duplicateScenario).toMatchObject({
      name: 'Copy of Nightly snapshots',
      enabled: false,
    });
    const remove = `mutation { deleteScenario(id: "${id}") { __typename ... on DeletedScenario { id } ${FAILURE} } }`;
    const deleted = await ground.ask('designer', remove);
    expect(deleted.data.deleteScenario).toEqual({ __typename: 'DeletedScenario', id });
    const gone = await ground.ask(
      'designer',
      `{ scenario(id: "${id}") { id } node(id: "${id}") { id } }`,
    );
    expect(gone.data).toEqual({ scenario: null, node: null });
    const again = await command('pauseScenario', `id: "${id}"`);
    expect(again.data.pauseScenario.__typename).toBe('NotFound');
  });

  test('runs by hand once per key, and the run is cancelled once', async () => {
    const run = `mutation ($params: JSON) { runScenario(scenarioId: "${id}", params: $params, idempotencyKey: "k") {
      __typename ... on Run { id state source sourceKey triggeredBy { email } scenario { id } } ${FAILURE} } }`;
    const first = await ground.ask('designer', run);
    expect(first.data.runScenario).toMatchObject({
      __typename: 'Run',
      state: 'QUEUED',
      source: 'MANUAL',
      scenario: { id },
      triggeredBy: { email: ground.people.designer.email },
    });
    const second = await ground.ask('designer', run);
    expect(second.data.runScenario.id).toBe(first.data.runScenario.id);
    const cancel = `mutation { cancelRun(id: "${first.data.runScenario.id}") { __typename ... on Run { state reason } ${FAILURE} } }`;
    const cancelled = await ground.ask('designer', cancel);
    expect(cancelled.data.cancelRun).toMatchObject({ __typename: 'Run', state: 'CANCELLED' });
  });

  test('whose template names a parameter without value answers exactly the offending part', async () => {
    await command(
      'updateScenario',
      `id: "${id}", patch: { steps: [{ snapshotDashboards: { changeNote: "{{ param.note }}" } }] }`,
    );
    const { data } = await ground.ask(
      'designer',
      `mutation { runScenario(scenarioId: "${id}") { __typename ${FAILURE} } }`,
    );
    expect(data.runScenario).toMatchObject({
      __typename: 'TriggerConfigError',
      config: { change_note: '{{ param.note }}' },
    });
  });
});
