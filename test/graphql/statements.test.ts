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
  await ground.pool.query(
    `with s as (
       insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, trigger, next_due_at)
       select $1, $2, $3, 'more-' || n, 'more', '[]', '{"interval": "1h"}', now() + interval '1 h'
       from generate_series(1, 88) n returning id
     ), v as (
       insert into scenario_version (scenario_id, version, config, author_user_id) select id, 1, '{}', $3 from s
     ), r as (
       insert into run (org_id, project_id, owner_user_id, scenario_id, name, source, due_at, state, config, worker_id)
       select $1, $2, $3, id, 'more', 'manual', now(), 'running', '{"steps": []}', 'w' || id % 20 from s
     )
     insert into scheduler_workers (worker_id, last_seen_at, host, pid, version, slots, started_at)
     select 'w' || n, now(), 'h', n, '0', 4, now() from generate_series(0, 19) n`,
    [place.orgId, place.projectId, place.ownerUserId],
  );
});
afterAll(() => ground[Symbol.asyncDispose]());

const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();

/** Operations as screens ask them, with the number of statements beside the caller's own. */
const OPERATIONS: [string, number, string][] = [
  [
    'the list of scenarios with their last runs',
    6,
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
    7,
    `project(id: ${'$'}project) { scenarios(first: $first) { totalCount nodes { id } } runs(first: $first) { totalCount nodes { id } } }`,
  ],
  [
    'scenarios with how long the history of each is',
    7,
    `scenarios(first: $first) { nodes { runs(first: 1) { totalCount nodes { id } } ticks(first: 1) { totalCount nodes { id } } } }`,
  ],
  ['only a count', 1, `runs { totalCount }`],
  ['only a count of scenarios', 1, `scenarios { totalCount }`],
  [
    'the list of scenarios with how each has gone of late',
    6,
    `scenarios(first: $first, orderBy: NAME) { totalCount edges { cursor node { id name
    recentRuns(count: 20) { id state steps { state } } owner { name } } } }`,
  ],
  [
    'the list of scenarios in order of their due times',
    1,
    `scenarios(first: $first, orderBy: NEXT_DUE) { nodes { id name state nextDueAt } }`,
  ],
  [
    'the saved configurations of scenarios',
    3,
    `scenarios(first: $first) { nodes { versions(first: 3) { totalCount nodes { version author { name } configuration } } } }`,
  ],
  [
    'workers with the runs that they execute',
    3,
    `workers { workerId runs { id state scenario { slug } } }`,
  ],
  [
    'a day of a project in time',
    7,
    `timeline(projectId: ${'$'}project, from: "${hours(-12)}", to: "${hours(12)}") {
      truncated runs { id scenario { slug } } due { at scenario { name owner { name } } } }`,
  ],
  [
    'statistics of a project',
    2,
    `runStatistics(projectId: ${'$'}project, bucket: HOUR, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { start failed p95Seconds }`,
  ],
  [
    'what runs came of',
    4,
    `runs(first: $first) { nodes { id tick { outcome reason } project { zone } } }`,
  ],
];

test.for(OPERATIONS)(
  '%s takes %i statements, however long the page',
  async ([, most, selection]) => {
    const query =
      `query (${selection.includes('$first') ? '$first: Int' : ''}${selection.includes('$project') ? ' $project: ID!' : ''}) { ${selection} }`.replace(
        'query ()',
        'query',
      );
    const counts: number[] = [];
    for (const first of [2, 100]) {
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
