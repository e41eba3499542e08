/** Whole configurations over the wire: as they were, as they would be, and written. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const APPLY = `mutation ($project: ID!, $id: ID, $configuration: JSON!, $ifVersion: Int) {
  applyScenario(projectId: $project, scenarioId: $id, configuration: $configuration, ifVersion: $ifVersion) {
    __typename
    ... on Scenario { databaseId slug version configuration
      versions(first: 2) { totalCount pageInfo { hasNextPage endCursor }
        nodes { id version createdAt author { name } configuration } } }
    ... on ValidationError { problems { path at message value } }
    ... on Conflict { facts } } }`;
const apply = async (configuration: unknown, more: object = {}) => {
  const { data, errors } = await ground.ask('designer', APPLY, {
    project: ground.project.id,
    configuration,
    ...more,
  });
  expect(errors).toBeUndefined();
  return data.applyScenario;
};
const STEP = { kind: 'snapshot_dashboards' };

test('a configuration is applied again and again, and every version is kept with its author', async () => {
  const made = await apply({ slug: 'kept', trigger: { cron: '@daily' }, steps: [STEP] });
  expect(made).toMatchObject({ __typename: 'Scenario', version: 1 });
  const id = made.databaseId;
  for (const name of ['two', 'three']) {
    await apply({ slug: 'kept', name, steps: [STEP], overlap: 'allow' }, { id });
  }
  const same = await apply(
    { slug: 'kept', name: 'three', steps: [STEP], overlap: 'allow' },
    { id },
  );
  expect(same).toMatchObject({ version: 3, versions: { totalCount: 3 } });
  const [newest, before] = same.versions.nodes;
  expect(newest).toMatchObject({
    id: `ScenarioVersion:${id}:3`,
    version: 3,
    author: { name: ground.people.designer.name },
  });
  expect(newest.configuration).toEqual(same.configuration);
  expect(same.configuration).toMatchObject({ trigger: null, policies: { overlap: 'allow' } });
  expect(before).toMatchObject({ version: 2, configuration: { name: 'two' } });
  const { data } = await ground.ask(
    'viewer',
    `query ($id: ID!, $after: String) { scenario(id: $id) {
      versions(first: 2, after: $after) { nodes { version configuration } pageInfo { hasNextPage } } } }`,
    { id, after: same.versions.pageInfo.endCursor },
  );
  expect(data.scenario.versions).toMatchObject({
    nodes: [{ version: 1, configuration: { name: 'kept', trigger: { cron: '@daily' } } }],
    pageInfo: { hasNextPage: false },
  });
});

test('problems tell their places in the configuration, and a stale version is a conflict', async () => {
  const { databaseId: id } = await apply({ slug: 'checked', steps: [STEP] });
  const bad = await apply({ slug: 'checked', steps: [{ ...STEP, skip_hour: 1 }] }, { id });
  expect(bad).toMatchObject({
    __typename: 'ValidationError',
    problems: [{ path: ['steps', '0', 'skip_hour'], at: 'steps[0].skip_hour', value: 1 }],
  });
  await apply({ slug: 'checked', name: 'newer', steps: [STEP] }, { id, ifVersion: 1 });
  const late = await apply({ slug: 'checked', name: 'late', steps: [STEP] }, { id, ifVersion: 1 });
  expect(late).toMatchObject({ __typename: 'Conflict', facts: { version: 2 } });
});

test('what is being typed for a scenario is judged for that one, whatever its slug says', async () => {
  const { databaseId: id } = await apply({ slug: 'typed', steps: [STEP] });
  const plan = async (configuration: object, scenarioIds?: unknown[]) => {
    const { data, errors } = await ground.ask(
      'designer',
      `query ($project: ID!, $configurations: [JSON!]!, $ids: [ID]) {
        planScenarios(projectId: $project, configurations: $configurations, scenarioIds: $ids) {
          slug scenarioId version problems { at } before } }`,
      { project: ground.project.id, configurations: [configuration], ids: scenarioIds },
    );
    expect(errors).toBeUndefined();
    return data.planScenarios[0];
  };
  const renamed = { slug: 'renamed', steps: [STEP] };
  expect(await plan(renamed, [`Scenario:${id}`])).toMatchObject({
    slug: 'renamed',
    scenarioId: id,
    version: 1,
    problems: [],
    before: { slug: 'typed' },
  });
  expect(await plan(renamed, [null])).toMatchObject({ scenarioId: null });
  expect(await plan(renamed)).toMatchObject({ scenarioId: null });
});

test('the viewer’s organisation, the zone of a project and the tick of a run are told', async () => {
  await ground.pool.query(`update org set timezone = 'Asia/Jakarta' where id = $1`, [
    ground.org.id,
  ]);
  const { databaseId } = await apply({ slug: 'run', steps: [STEP] });
  await ground.ask(
    'designer',
    `mutation { runScenario(scenarioId: ${databaseId}) { __typename } }`,
  );
  const seen = await ground.ask(
    'viewer',
    `{ viewer { organisation { id databaseId slug name timezone pause { pausedAt note draining } } }
       project(id: ${ground.project.id}) { timezone zone }
       runs(first: 1) { nodes { scenario { slug } tick { source outcome run { state } } } } }`,
  );
  expect(seen.errors).toBeUndefined();
  expect(seen.data).toMatchObject({
    viewer: {
      organisation: {
        id: `Organisation:${ground.org.id}`,
        slug: ground.org.slug,
        timezone: 'Asia/Jakarta',
        pause: { pausedAt: null, note: null, draining: false },
      },
    },
    project: { timezone: null, zone: 'Asia/Jakarta' },
    runs: {
      nodes: [
        {
          scenario: { slug: 'run' },
          tick: { source: 'MANUAL', outcome: 'FIRED', run: { state: 'QUEUED' } },
        },
      ],
    },
  });
});
