/** History: what a page of one scenario's runs costs, over GraphQL and REST, with many runs in the table beside the same
 *  page with few; and what each filter of the API costs then, with the index that it takes.
 *
 *  npm run bench -- history [--many 10000000] [--json]
 *  Ten million runs take some 6 GB and ten minutes; the database goes with the benchmark. */
import { parseArgs } from 'node:util';
import { createRegistry } from '#steps/registry.ts';
import { signSession } from '#domain/access/jwt.ts';
import { startApi } from '../src/api.ts';
import { insertScenarios, prepareGround, quantile, type Ground } from './support/ground.ts';

const { values: options } = parseArgs({
  options: {
    many: { type: 'string', default: '10000000' },
    json: { type: 'boolean', default: false },
  },
});
const MANY = Number(options.many);
const FEW = 10_000;
const CHUNK = 500_000;
const SCENARIOS = 1_000;
/** Of the scenario that is looked at, before and after; and of one that has half of all. */
const [OURS, HALF] = [1, 2];
const ROUNDS = 100;
const SECRET = 'a secret of at least thirty-two characters';

/** Runs of which every thousandth failed, every ten thousandth was made by hand, a minute apart.
 *  @param scenario an SQL expression over `n`. */
async function insertRuns(ground: Ground, count: number, scenario: string): Promise<void> {
  for (let at = 0; at < count; at += CHUNK) {
    await ground.pool.query(
      `insert into run (org_id, project_id, scenario_id, owner_user_id, name, source, due_at, state, exclusive, config,
                        step_kinds, created_at, started_at, finished_at)
       select p.org_id, p.id, ${scenario}, p.owner_user_id, 'history',
              case when n % 10000 = 0 then 'manual' else 'schedule' end, t.at,
              case when n % 1000 = 0 then 'failed' else 'succeeded' end, false, '{"steps": []}', '{noop}', t.at, t.at, t.at
       from project p cross join generate_series($2::int, $3::int) n
       cross join lateral (select now() - ($4::int - n) * interval '1 s' as at) t
       where p.id = $1`,
      [ground.projectId, at, Math.min(at + CHUNK, count) - 1, count],
    );
    if (count > CHUNK) process.stderr.write(`\r${Math.min(at + CHUNK, count)} of ${count} runs`);
  }
  if (count > CHUNK) process.stderr.write('\n');
  await ground.pool.query('vacuum analyze run');
}

/** The median of so many requests, in milliseconds; the first ones warm caches and plans. */
async function time(request: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let round = -10; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    await request();
    if (round >= 0) taken.push(performance.now() - startedAt);
  }
  return quantile(
    taken.toSorted((a, b) => a - b),
    0.5,
  );
}

await using ground = await prepareGround();
const { pool } = ground;
await insertScenarios(ground, SCENARIOS);
const { rows: people } = await pool.query(
  `with u as (select owner_user_id as id, org_id from project where id = $1),
        m as (insert into user_org (user_id, org_id, is_default, default_project_id) select id, org_id, true, $1 from u),
        g as (insert into "group" (org_id, name) select org_id, 'all' from u returning id),
        p as (insert into group_permission (group_id, role) select id, 'admin' from g),
        x as (insert into user_group (user_id, group_id) select u.id, g.id from u, g)
   select id from u`,
  [ground.projectId],
);
const token = await signSession({ userId: people[0].id, orgId: null, role: 'admin' }, SECRET);
await using api = await startApi({
  databaseUrl: ground.url,
  listenUrl: ground.url,
  host: '127.0.0.1',
  port: 0,
  jwtSecret: SECRET,
  kinds: createRegistry(),
  log: ground.log,
  heartbeatStaleSeconds: 90,
});

const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
async function ask(query: string): Promise<{ data: any }> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  const answer = (await response.json()) as { data: any; errors?: unknown };
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer;
}
const list = `{ totalCount pageInfo { endCursor } nodes { id state source dueAt startedAt finishedAt reason } }`;
const filtered = (filter: string, more = '') =>
  ask(`{ runs(filter: { ${filter} }, first: 20${more}) ${list} }`);
const ofScenario = (id: number) => `{ scenario(id: ${id}) { runs(first: 20) ${list} } }`;
async function rest(id: number): Promise<void> {
  const response = await fetch(`${api.url}/api/scheduler/scenarios/${id}/runs?limit=20`, {
    headers,
  });
  if (response.status !== 200) throw new Error(await response.text());
  await response.arrayBuffer();
}
/** The last page but one of a hundred thousand, or of what there is. */
const deep = async (id: number) => {
  const { rows } = await pool.query(
    'select id from run where scenario_id = $1 order by id offset 40 limit 1',
    [id],
  );
  const cursor = Buffer.from(`GPC:J:${rows[0].id}`).toString('base64');
  return () => filtered(`scenarioId: ${id}`, `, after: ${JSON.stringify(cursor)}`);
};

const PERIOD = `from: "${instant(3600)}", to: "${instant(3000)}"`;
function instant(secondsAgo: number): string {
  return new Date(Date.now() - secondsAgo * 1000).toISOString();
}

const pages = async (id: number) => ({
  graphql: await time(() => ask(ofScenario(id))),
  rest: await time(() => rest(id)),
  deep: await time(await deep(id)),
});
const filters = async (id: number) => {
  const one = `scenarioId: ${id}`;
  const all = `projectId: ${ground.projectId}`;
  const asked: Record<string, string> = {
    'scenario, failed': `${one}, state: [FAILED]`,
    'scenario, cancelled (none)': `${one}, state: [CANCELLED]`,
    'scenario, by hand': `${one}, source: [MANUAL]`,
    'scenario, ten minutes': `${one}, ${PERIOD}`,
    project: all,
    'project, failed': `${all}, state: [FAILED]`,
    'project, running (none)': `${all}, state: [RUNNING]`,
    'project, by hand': `${all}, source: [MANUAL]`,
    'project, backfill (none)': `${all}, source: [BACKFILL]`,
    'project, ten minutes': `${all}, ${PERIOD}`,
  };
  const taken: Record<string, number> = {};
  for (const [name, filter] of Object.entries(asked)) {
    taken[name] = await time(() => filtered(filter));
  }
  return taken;
};

await insertRuns(ground, FEW, String(OURS));
const few = { pages: await pages(OURS), filters: await filters(OURS) };
await insertRuns(
  ground,
  MANY - FEW,
  `case when n % 2 = 0 then ${HALF} else 3 + n % ${SCENARIOS - 2} end`,
);
const many = { pages: await pages(OURS), half: await pages(HALF), filters: await filters(HALF) };

if (options.json) console.log(JSON.stringify({ few, many }));
else {
  console.log(`A page of 20 runs, medians of ${ROUNDS}, in ms; ${FEW} runs in all, then ${MANY}:`);
  for (const way of ['graphql', 'rest', 'deep'] as const) {
    const [before, after, half] = [few.pages[way], many.pages[way], many.half[way]];
    console.log(
      `  ${way.padEnd(8)} ${before.toFixed(2)}, then ${after.toFixed(2)}: ratio ${(after / before).toFixed(2)}; the scenario with half of all ${half.toFixed(2)}: ${(half / before).toFixed(2)}`,
    );
  }
  for (const [name, before] of Object.entries(few.filters)) {
    const after = many.filters[name]!;
    console.log(
      `  ${name.padEnd(27)} ${before.toFixed(2)}, then ${after.toFixed(2)}: ratio ${(after / before).toFixed(2)}`,
    );
  }
}
