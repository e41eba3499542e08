import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { withStatements } from './statements.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
  const place = {
    orgId: ground.org.id,
    projectId: ground.project.id,
    ownerUserId: ground.people.admin.id,
  };
  for (let n = 0; n < 12; n += 1) {
    const scenario = await createScenario(ground.pool, place);
    for (let m = 0; m < 3; m += 1) {
      const steps = [{ kind: 'sync_dataset' }, { kind: 'sync_dataset', name: 'b' }];
      const run = await createRun(ground.pool, { ...place, scenarioId: scenario.id, steps });
      await ground.pool.query(
        `insert into tick (org_id, project_id, scenario_id, source, due_at, outcome, run_id)
         values ($1, $2, $3, 'schedule', clock_timestamp(), 'fired', $4)`,
        [place.orgId, place.projectId, scenario.id, run.id],
      );
    }
  }
});
afterAll(() => ground[Symbol.asyncDispose]());

/** Operations as screens ask them, with the number of statements beside the caller's own. */
const OPERATIONS: [string, number, string][] = [
  [
    'the list of scenarios with their last runs',
    5,
    `scenarios(first: $first) { totalCount nodes { id name state
    owner { name } project { name } runs(first: 5) { nodes { id state } } } }`,
  ],
  [
    'the list of runs with everything about them',
    7,
    `runs(first: $first) { nodes { id owner { name } triggeredBy { name }
    scenario { slug project { slug } } steps { name attempts { state } } claims { fence } } }`,
  ],
  [
    'ticks with their runs',
    4,
    `ticks(first: $first) { nodes { outcome scenario { slug } run { state steps { pos } } } }`,
  ],
  [
    'a project with its scenarios and counts',
    3,
    `project(id: ${'$'}project) { scenarios(first: $first) { totalCount nodes { id } } runs(first: $first) { totalCount nodes { id } } }`,
  ],
  ['only a count', 1, `runs { totalCount }`],
];

test.for(OPERATIONS)(
  '%s takes %i statements, however long the page',
  async ([, most, selection]) => {
    const query =
      `query ($first: Int${selection.includes('$project') ? ', $project: ID!' : ''}) { ${selection} }`.replace(
        '($first: Int)',
        selection.includes('$first') ? '($first: Int)' : '',
      );
    const counts: number[] = [];
    for (const first of [2, 12]) {
      const variables = { first, project: ground.project.id };
      const [answer, sent] = await withStatements(() => ground.ask('viewer', query, variables));
      expect(answer.errors).toBeUndefined();
      // One of them finds out who asks.
      counts.push(sent.length - 1);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBe(most);
  },
);
