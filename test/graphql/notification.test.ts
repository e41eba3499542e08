/** What was told, read beside the scenario and the run that it is about. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { withStatements } from './statements.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

async function createTold(count: number) {
  const place = {
    orgId: ground.org.id,
    projectId: ground.project.id,
    ownerUserId: ground.people.admin.id,
  };
  const scenario = await createScenario(ground.pool, place);
  const runs = [];
  for (let i = 0; i < count; i++) {
    const run = await createRun(ground.pool, { ...place, scenarioId: scenario.id });
    runs.push(run.id);
    await ground.pool.query(
      `insert into notification (org_id, project_id, scenario_id, run_id, kind, channel, target, state, reply, payload)
       values ($1, $2, $3, $4, 'failure', 'mail', 'ops@example.com', 'failed', 'no mail connector', '{"failures": 1}')`,
      [place.orgId, place.projectId, scenario.id, run.id],
    );
  }
  return { scenario, runs };
}

const TOLD = `notifications(first: 2) { totalCount nodes {
  databaseId kind channel target state attempts nextAt reply payload run { databaseId } } }`;

test('a scenario and its run show who was told what, newest first, and why somebody was not', async () => {
  const { scenario, runs } = await createTold(3);
  const { data } = await ground.ask(
    'viewer',
    `query ($id: ID!) { scenario(id: $id) { failuresInARow ${TOLD} } }`,
    {
      id: scenario.id,
    },
  );
  expect(data.scenario.failuresInARow).toBe(0);
  expect(data.scenario.notifications.totalCount).toBe(3);
  expect(data.scenario.notifications.nodes).toMatchObject([
    {
      kind: 'FAILURE',
      channel: 'MAIL',
      target: 'ops@example.com',
      state: 'FAILED',
      nextAt: null,
      reply: 'no mail connector',
      payload: { failures: 1 },
      run: { databaseId: runs[2] },
    },
    { run: { databaseId: runs[1] } },
  ]);
  const run = await ground.ask('viewer', `query ($id: ID!) { run(id: $id) { lateAt ${TOLD} } }`, {
    id: runs[0],
  });
  expect(run.data.run).toMatchObject({ lateAt: null, notifications: { totalCount: 1 } });
});

test('the notifications of many runs cost no statement more than those of one', async () => {
  const { scenario } = await createTold(4);
  const count = (first: number) =>
    withStatements(() =>
      ground.ask(
        'viewer',
        `query ($id: ID!) { scenario(id: $id) { runs(first: ${first}) { nodes { ${TOLD} } } } }`,
        { id: scenario.id },
      ),
    );
  await count(1);
  const [, one] = await count(1);
  const [answer, many] = await count(4);
  expect(answer.data.scenario.runs.nodes).toHaveLength(4);
  expect(many).toHaveLength(one.length);
});

test('a stranger finds none by its id', async () => {
  const { scenario } = await createTold(1);
  const { rows } = await ground.pool.query('select id from notification where scenario_id = $1', [
    scenario.id,
  ]);
  const ask = (person: 'viewer' | 'stranger') =>
    ground.ask(person, `{ node(id: "Notification:${rows[0].id}") { id } }`);
  expect((await ask('viewer')).data.node).toEqual({ id: `Notification:${rows[0].id}` });
  expect((await ask('stranger')).data.node).toBeNull();
});
