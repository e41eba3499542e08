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

/** A database with its API, and what may be asked of it. */
async function openPlace(parts: AsyncDisposableStack) {
  const ground = parts.use(await prepareGround());
  await insertScenarios(ground, SCENARIOS);
  const { rows: people } = await ground.pool.query(
    `with u as (select owner_user_id as id, org_id from project where id = $1),
          m as (insert into user_org (user_id, org_id, is_default, default_project_id) select id, org_id, true, $1 from u),
          g as (insert into "group" (org_id, name) select org_id, 'all' from u returning id),
          p as (insert into group_permission (group_id, role) select id, 'admin' from g),
          x as (insert into user_group (user_id, group_id) select u.id, g.id from u, g)
     select id from u`,
    [ground.projectId],
  );
  const token = await signSession({ userId: people[0].id, orgId: null, role: 'admin' }, SECRET);
  const api = parts.use(
    await startApi({
      databaseUrl: ground.url,
      listenUrl: ground.url,
      host: '127.0.0.1',
      port: 0,
      jwtSecret: SECRET,
      kinds: createRegistry(),
      log: ground.log,
      heartbeatStaleSeconds: 90,
    }),
  );
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const fetched = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(`${api.url}${path}`, { headers, ...init });
    const text = await response.text();
    if (response.status !== 200 || text.includes('"errors"')) throw new Error(text);
    return text;
  };
  return {
    ground,
    graphql: (query: string) =>
      fetched('/graphql', { method: 'POST', body: JSON.stringify({ query }) }),
    rest: (id: number) => fetched(`/api/scheduler/scenarios/${id}/runs?limit=20`, {}),
    /** The last page but one of a scenario's runs. */
    async deep(id: number): Promise<string> {
      const { rows } = await ground.pool.query(
        'select id from run where scenario_id = $1 order by scenario_id, id offset 40 limit 1',
        [id],
      );
      const cursor = Buffer.from(`GPC:J:${rows[0].id}`).toString('base64');
      return filtered(`scenarioId: ${id}`, `, after: ${JSON.stringify(cursor)}`);
    },
  };
}
type Place = Awaited<ReturnType<typeof openPlace>>;

const list = `{ totalCount pageInfo { endCursor } nodes { id state source dueAt startedAt finishedAt reason } }`;
const filtered = (filter: string, more = '') =>
  `{ runs(filter: { ${filter} }, first: 20${more}) ${list} }`;
const PERIOD = `from: "${instant(3600)}", to: "${instant(3000)}"`;
function instant(secondsAgo: number): string {
  return new Date(Date.now() - secondsAgo * 1000).toISOString();
}

type Request = () => Promise<unknown>;

/** The medians of so many requests to each, in milliseconds, in turns, so that a busy machine hurts both alike; the
 *  first ones warm caches and plans. */
async function time(requests: readonly Request[]): Promise<number[]> {
  const taken = requests.map((): number[] => []);
  for (let round = -10; round < ROUNDS; round += 1) {
    for (const [index, request] of requests.entries()) {
      const startedAt = performance.now();
      await request();
      if (round >= 0) taken[index]!.push(performance.now() - startedAt);
    }
  }
  return taken.map((all) =>
    quantile(
      all.toSorted((a, b) => a - b),
      0.5,
    ),
  );
}

await using parts = new AsyncDisposableStack();
const few = await openPlace(parts);
const many = await openPlace(parts);
await insertRuns(few.ground, FEW, String(OURS));
await insertRuns(many.ground, FEW, String(OURS));
await insertRuns(
  many.ground,
  MANY - FEW,
  `case when n % 2 = 0 then ${HALF} else 3 + n % ${SCENARIOS - 2} end`,
);

const fewDeep = await few.deep(OURS);
const [manyDeep, halfDeep] = [await many.deep(OURS), await many.deep(HALF)];
const ofScenario = (id: number) => `{ scenario(id: ${id}) { runs(first: 20) ${list} } }`;
/** Of the few, of the many, and of the scenario with half of the many. */
const asked: Record<string, [Request, Request, Request]> = {
  graphql: [
    () => few.graphql(ofScenario(OURS)),
    () => many.graphql(ofScenario(OURS)),
    () => many.graphql(ofScenario(HALF)),
  ],
  rest: [() => few.rest(OURS), () => many.rest(OURS), () => many.rest(HALF)],
  deep: [() => few.graphql(fewDeep), () => many.graphql(manyDeep), () => many.graphql(halfDeep)],
};
for (const [name, filter] of Object.entries({
  'of the scenario, failed': 'state: [FAILED]',
  'of the scenario, cancelled (none)': 'state: [CANCELLED]',
  'of the scenario, by hand': 'source: [MANUAL]',
  'of the scenario, ten minutes': PERIOD,
})) {
  const of = (place: Place, id: number) => () =>
    place.graphql(filtered(`scenarioId: ${id}, ${filter}`));
  asked[name] = [of(few, OURS), of(many, OURS), of(many, HALF)];
}
for (const [name, filter] of Object.entries({
  'of the project': '',
  'of the project, failed': 'state: [FAILED]',
  'of the project, running (none)': 'state: [RUNNING]',
  'of the project, by hand': 'source: [MANUAL]',
  'of the project, backfill (none)': 'source: [BACKFILL]',
  'of the project, ten minutes': PERIOD,
})) {
  const of = (place: Place) => () =>
    place.graphql(filtered(`projectId: ${place.ground.projectId}, ${filter}`));
  asked[name] = [of(few), of(many), of(many)];
}

const measured: Record<string, { few: number; many: number; half: number }> = {};
if (!options.json) {
  console.log(
    `Pages of 20 runs, medians of ${ROUNDS}, in ms; ${FEW} runs in all beside ${MANY}, and of a scenario with half of those:`,
  );
}
for (const [name, requests] of Object.entries(asked)) {
  const [a = NaN, b = NaN, c = NaN] = await time(requests);
  measured[name] = { few: a, many: b, half: c };
  if (options.json) continue;
  console.log(
    `  ${name.padEnd(34)} ${a.toFixed(2)}, ${b.toFixed(2)} (${(b / a).toFixed(2)}), ${c.toFixed(2)} (${(c / a).toFixed(2)})`,
  );
}
if (options.json) console.log(JSON.stringify({ few: FEW, many: MANY, measured }));
