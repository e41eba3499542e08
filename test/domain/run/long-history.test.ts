/** What a console asks about runs is read from indexes, however long the history. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findOverlapping } from '#domain/run/overlapping.ts';
import { findRecent } from '#domain/run/recent.sql.ts';
import { readRunStatistics } from '#domain/run/statistics.ts';
import type { Queryable } from '#platform/db.ts';
import { principalOf } from '#test/support/factories.ts';
import { createWorld, type World } from '#test/support/world.ts';

const SCENARIOS = 100;
const RUNS = 60_000;

let world: World;
let who: Awaited<ReturnType<typeof principalOf>>;
let scenarioIds: number[];
beforeAll(async () => {
  world = await createWorld();
  who = await principalOf(world.pool, { orgId: world.org.id, userId: world.owner.id });
  scenarioIds = [];
  for (let n = 0; n < SCENARIOS; n += 1) scenarioIds.push((await world.scenario()).id);
  // A run every ten seconds, each of the next scenario: a week of them.
  await world.pool.query(
    `insert into run (org_id, project_id, owner_user_id, scenario_id, name, source, due_at, state, config,
                      created_at, started_at, finished_at)
     select $1, $2, $3, ($4::int[])[1 + n % ${SCENARIOS}], 'many', 'schedule', at, 'succeeded',
            jsonb_build_object('steps', repeat('x', 1000)), at, at, at + interval '5 s'
     from generate_series(1, ${RUNS}) n,
          lateral (select clock_timestamp() - (${RUNS} - n) * interval '10 s' as at) x`,
    [world.org.id, world.project.id, world.owner.id, scenarioIds],
  );
  await world.pool.query('vacuum analyze run');
});
afterAll(() => world[Symbol.asyncDispose]());

type Node = { 'Node Type': string; 'Relation Name'?: string; Plans?: Node[] };

/** The statements that `work` sends, as the planner carries them out: the nodes that read runs, and how many pages
 *  of the database were looked at. */
async function explained(work: (db: Queryable) => Promise<unknown>) {
  const nodes: string[] = [];
  let pages = 0;
  const query = async (given: { text: string; values: unknown[] }) => {
    const explain = `explain (analyze, buffers, format json) ${given.text}`;
    const { rows } = await world.pool.query(explain, given.values);
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
    pages += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    const walk = (node: Node) => {
      if (node['Relation Name'] === 'run') nodes.push(node['Node Type']);
      node.Plans?.forEach(walk);
    };
    walk(plan);
    return world.pool.query(given);
  };
  await work({ query } as unknown as Queryable);
  return { nodes: [...new Set(nodes)], pages };
}

test('the newest runs of a hundred scenarios are read from the index alone, and no others', async () => {
  const { nodes, pages } = await explained((db) => findRecent(db, scenarioIds, 20));
  expect(nodes).toEqual(['Index Only Scan']);
  // Each scenario has 600 runs; three pages of the index lead to its newest.
  expect(pages).toBeLessThan(SCENARIOS * 8);
  const found = await findRecent(world.pool, scenarioIds, 20);
  expect(found).toHaveLength(SCENARIOS * 20);
});

test('statistics of a week are read from indexes', async () => {
  const to = new Date();
  const from = new Date(to.getTime() - 6 * 86_400_000);
  const week = { projectId: world.project.id, from, to, bucket: 'hour', zone: null } as const;
  const read = (scenarioId: number | null) =>
    explained((pool) => readRunStatistics({ pool: pool as never }, who, { ...week, scenarioId }));
  const ofProject = await read(null);
  expect(ofProject.nodes).toEqual(['Index Only Scan']);
  // The table has some 9,000.
  expect(ofProject.pages).toBeLessThan(1_500);
  const ofScenario = await read(scenarioIds[0]!);
  expect(ofScenario.nodes).not.toContain('Seq Scan');
  expect(ofScenario.pages).toBeLessThan(1_500);
});

test('an hour of the past is found without reading the days after it', async () => {
  const to = new Date(Date.now() - 5 * 86_400_000);
  const from = new Date(to.getTime() - 3_600_000);
  const { nodes, pages } = await explained((db) => findOverlapping(db, world.project.id, from, to));
  expect(nodes.every((node) => node.startsWith('Index'))).toBe(true);
  expect(pages).toBeLessThan(600);
  const { ids, truncated } = await findOverlapping(world.pool, world.project.id, from, to);
  expect(ids.length).toBeGreaterThanOrEqual(360);
  expect(ids.length).toBeLessThanOrEqual(362);
  expect(truncated).toBe(false);
});
