/** What fired on whose success, both ways. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tickOnce } from '#domain/tick/decide-due.ts';
import { createLog } from '#platform/log.ts';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { withStatements } from './statements.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const place = () => ({
  orgId: ground.org.id,
  projectId: ground.project.id,
  ownerUserId: ground.people.admin.id,
});

/** Two scenarios and one that fires once both have succeeded. */
async function createFanIn() {
  const [a, b] = [
    await createScenario(ground.pool, place()),
    await createScenario(ground.pool, place()),
  ];
  const trigger = { upstream: [a.slug, b.slug], require: 'all' };
  const down = await createScenario(ground.pool, { ...place(), trigger });
  await ground.pool.query(
    'insert into upstream_link (downstream_id, upstream_id) select $1, unnest($2::int[])',
    [down.id, [a.id, b.id]],
  );
  const succeed = async (scenarioId: number) => {
    const run = await createRun(ground.pool, { ...place(), scenarioId });
    await ground.pool.query(
      `insert into arrival (downstream_id, upstream_id, run_id) values ($1, $2, $3)`,
      [down.id, scenarioId, run.id],
    );
    await tickOnce(ground.pool, createLog('test', 'silent'));
    return run.id;
  };
  return { a, b, down, succeed };
}

const SCENARIO = `query ($id: ID!) { scenario(id: $id) {
  upstreams { slug } downstreams { slug } waitingSuccesses { databaseId scenario { slug } } } }`;

const RUN = `query ($id: ID!) { run(id: $id) { source
  upstreamRuns { databaseId state scenario { slug } } downstreamRuns { databaseId source } } }`;

test('scenarios name each other, and what waits for the others', async () => {
  const { a, b, down, succeed } = await createFanIn();
  const runId = await succeed(a.id);
  const up = await ground.ask('viewer', SCENARIO, { id: a.id });
  expect(up.data.scenario).toEqual({
    upstreams: [],
    downstreams: [{ slug: down.slug }],
    waitingSuccesses: [],
  });
  const below = await ground.ask('viewer', SCENARIO, { id: down.id });
  expect(below.data.scenario).toEqual({
    upstreams: [{ slug: a.slug }, { slug: b.slug }],
    downstreams: [],
    waitingSuccesses: [{ databaseId: runId, scenario: { slug: a.slug } }],
  });
});

test('a run shows every run that made it, and each of those what it made', async () => {
  const { a, b, down, succeed } = await createFanIn();
  const [first, second] = [await succeed(a.id), await succeed(b.id)];
  const { rows } = await ground.pool.query('select id from run where scenario_id = $1', [down.id]);
  const made = { databaseId: rows[0].id, source: 'UPSTREAM' };
  const run = await ground.ask('viewer', RUN, { id: rows[0].id });
  expect(run.data.run).toEqual({
    source: 'UPSTREAM',
    upstreamRuns: [
      { databaseId: first, state: 'SUCCEEDED', scenario: { slug: a.slug } },
      { databaseId: second, state: 'SUCCEEDED', scenario: { slug: b.slug } },
    ],
    downstreamRuns: [],
  });
  for (const id of [first, second]) {
    const origin = await ground.ask('viewer', RUN, { id });
    expect(origin.data.run).toMatchObject({ upstreamRuns: [], downstreamRuns: [made] });
  }
});

test('asking for many takes as many statements as asking for one', async () => {
  for (let n = 0; n < 4; n += 1) {
    const { a, b, succeed } = await createFanIn();
    await succeed(a.id);
    await succeed(b.id);
    await succeed(a.id);
  }
  const query = `query ($first: Int) {
    scenarios(first: $first) { nodes { upstreams { slug } downstreams { slug } waitingSuccesses { state } } }
    runs(first: $first) { nodes { upstreamRuns { state } downstreamRuns { state } } } }`;
  const counts: number[] = [];
  for (const first of [3, 12]) {
    const [answer, sent] = await withStatements(() => ground.ask('viewer', query, { first }));
    expect(answer.errors).toBeUndefined();
    counts.push(sent.length);
  }
  expect(counts[1]).toBe(counts[0]);
});
