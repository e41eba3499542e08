/** A real API with people, scenarios, runs and templates of every sort, and what is needed to send a request to it. */
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { createScenario } from '#domain/scenario/save-scenario.ts';
import { runScenario } from '#domain/scenario/operate-scenario.ts';
import { createTemplate } from '#domain/template/save-template.ts';
import { createPool } from '#platform/db.ts';
import { createRegistry } from '#steps/registry.ts';
import {
  createHouse,
  createRun,
  createToken,
  createUser,
  principalOf,
} from '#test/support/factories.ts';
import { startApi } from '../../../src/api.ts';
import type { OpenApi, Operation } from './document.ts';
import type { Answer } from './judge.ts';
import type { Caller, Request, Value } from './requests.ts';

const PASSWORD = 'correct horse battery staple';
const SNAPSHOT = { kind: 'snapshot_dashboards' };

export type World = AsyncDisposable & {
  readonly document: OpenApi;
  /** The last line of the API's log, of errors alone. */
  logged(): string;
  send(operation: Operation, request: Request): Promise<Answer>;
};

/** @param databaseUrl a migrated database of its own. */
export async function createFuzzWorld(databaseUrl: string): Promise<World> {
  const parts = new AsyncDisposableStack();
  let logged = '';
  const lines = new PassThrough();
  lines.on('data', (chunk: Buffer) => (logged = chunk.toString()));
  const log = pino({ level: 'error' }, lines);
  const kinds = createRegistry();
  const pool = createPool(databaseUrl, { name: 'hf test', max: 4, log });
  parts.defer(() => pool.end());
  const { url } = parts.use(
    await startApi({
      databaseUrl,
      listenUrl: databaseUrl,
      host: '127.0.0.1',
      port: 0,
      jwtSecret: 'a secret of at least thirty-two characters',
      kinds,
      log,
      heartbeatStaleSeconds: 90,
    }),
  );

  const { org, otherOrg, project, otherProject, people } = await createHouse(pool);
  const account = await createUser(pool, {
    password: PASSWORD,
    orgId: org.id,
    role: 'admin',
    defaultProjectId: project.id,
  });
  const token = async (userId: number, orgId = org.id, scopes: readonly 'read'[] = []) => {
    const projectId = orgId === org.id ? project.id : otherProject.id;
    return (await createToken(pool, { orgId, userId, projectId, scopes })).token;
  };
  const cookie = await signIn(url, account.email);
  const credentials: Record<Caller, Record<string, string>> = {
    admin: bearer(await token(people.admin.id)),
    designer: bearer(await token(people.designer.id)),
    viewer: bearer(await token(people.viewer.id)),
    nobody: bearer(await token(people.nobody.id)),
    stranger: bearer(await token(people.stranger.id, otherOrg.id)),
    reader: bearer(await token(people.admin.id, org.id, ['read'])),
    cookie: { Cookie: cookie, Origin: url },
    bad: bearer('hf_nobody-was-ever-given-this'),
    none: {},
  };

  const deps = { pool, kinds };
  const admin = await principalOf(pool, { orgId: org.id, userId: people.admin.id });
  const pools: Record<string, string[]> = {
    scenarios: [],
    runs: [],
    templates: [],
    projects: [String(project.id), String(project.id), String(otherProject.id)],
    orgs: [String(org.id), String(org.id), String(otherOrg.id)],
    // One that was handed out nowhere; those that are come to it.
    cursors: [Buffer.from('after:999999999999999').toString('base64url')],
    etags: ['"1"', '"2"', '*'],
    'runs with files': [],
    files: ['report.pdf', 'report.csv'],
    deliveries: [],
    positions: ['0'],
  };
  const scenario = async (wire: object) => {
    const made = await createScenario(deps, admin, project.id, { steps: [SNAPSHOT], ...wire });
    pools['scenarios']!.push(String(made.id));
    return made.id;
  };
  for (let n = 0; n < 30; n += 1) {
    await scenario({ name: `Daily ${n}`, trigger: { cron: '@daily' } });
  }
  await scenario({ name: 'By hand' });
  const undefinedParameter = { kind: 'snapshot_dashboards', change_note: '{{ param.missing }}' };
  for (let n = 0; n < 10; n += 1) {
    await scenario({ name: `Without a value ${n}`, steps: [undefinedParameter] });
  }
  // One whose stored trigger can be read no more.
  const broken = await scenario({ name: 'Broken', trigger: { interval: '1h' }, enabled: false });
  await pool.query(`update scenario set trigger = '{"cron": "61 * * * *"}' where id = $1`, [
    broken,
  ]);
  const runOf = await scenario({ name: 'With runs', trigger: { interval: '1h' } });
  const at = { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
  for (let n = 0; n < 8; n += 1) {
    const steps = [{ kind: 'snapshot_dashboards', state: 'succeeded' }];
    const run = await createRun(pool, { ...at, scenarioId: runOf, steps });
    const { runId } = await runScenario(deps, admin, runOf, {});
    pools['runs']!.push(String(run.id), String(runId));
    await pool.query(
      `insert into artifact (org_id, run_id, pos, name, media_type, bytes, size)
       values ($1, $2, 0, 'report.pdf', 'application/pdf', '%PDF', 4),
              ($1, $2, 0, 'report.csv', 'text/csv; charset=utf-8', 'a', 1)`,
      [org.id, run.id],
    );
    pools['runs with files']!.push(String(run.id));
    const { rows } = await pool.query(
      `insert into email_delivery (org_id, project_id, run_id, origin_run_id, step_name, recipient, subject, message_id,
         state, message)
       values ($1, $2, $3, $3, 'mail', 'ana@example.com', 'Sales', $4, 'sent', $5) returning id::text`,
      [
        org.id,
        project.id,
        run.id,
        `<${run.id}@fuzz.example>`,
        { html: '<p>Good morning.</p>', images: [] },
      ],
    );
    pools['deliveries']!.push(rows[0].id);
  }
  for (let n = 0; n < 30; n += 1) {
    const wire = { slug: `template-${n}`, display_name: 'T', steps: [SNAPSHOT] };
    pools['templates']!.push((await createTemplate(deps, admin, wire)).slug);
  }
  await pool.query(
    `insert into scheduler_workers (worker_id, last_seen_at, last_tick_at, host, pid, version, slots, started_at)
     values ('w', clock_timestamp() + interval '1 h', clock_timestamp(), 'h', 1, '0', 1, clock_timestamp())`,
  );

  const lookUp = (value: Value): string => {
    if (typeof value === 'string') return value;
    const known = pools[value.pool]!;
    return known[value.nth % known.length] ?? '1';
  };
  /** What came to be is asked for later. */
  const remember = ({ path, method }: Operation, { status, headers, text }: Answer) => {
    const etag = headers.get('ETag');
    if (etag !== null) pools['etags']!.push(etag);
    if (status !== 201 && status !== 202 && method !== 'GET') return;
    if (!headers.get('Content-Type')?.startsWith('application/json')) return;
    const body = JSON.parse(text) as Record<string, unknown>;
    if (typeof body['next_cursor'] === 'string') pools['cursors']!.push(body['next_cursor']);
    if (status === 201 && path.endsWith('/scenarios')) pools['scenarios']!.push(String(body['id']));
    if (status === 201 && path.endsWith('/templates'))
      pools['templates']!.push(String(body['slug']));
    if (status === 202 && /\/(run|retry)$/.test(path)) pools['runs']!.push(String(body['id']));
  };

  return {
    logged: () => logged,
    document: (await (await fetch(`${url}/api/openapi.json`)).json()) as OpenApi,
    async send(operation, request) {
      const response = await fetch(url + pathOf(operation, request, lookUp), {
        method: operation.method,
        headers: {
          ...credentials[request.caller],
          ...headersOf(request, lookUp),
          ...(request.body?.type != null && { 'Content-Type': request.body.type }),
        },
        ...(request.body !== null && {
          body: Buffer.from(
            request.body.text
              .replace('"username": "KNOWN"', `"username": "${account.email}"`)
              .replace('"password": "KNOWN"', `"password": "${PASSWORD}"`),
          ),
        }),
      });
      const { status, headers } = response;
      const answer = { status, headers, text: await response.text() };
      remember(operation, answer);
      return answer;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

type LookUp = (value: Value) => string;

function pathOf({ path }: Operation, { parameters }: Request, lookUp: LookUp): string {
  const query = parameters
    .filter((each) => each.in === 'query')
    .map(({ name, value }) => `${name}=${encode(lookUp(value))}`);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const given = parameters.find((each) => each.in === 'path' && each.name === name);
    // An empty segment is another path.
    return encode(lookUp(given!.value)) || '%20';
  });
  return filled + (query.length === 0 ? '' : `?${query.join('&')}`);
}

/** As UTF-8, half of a pair too, which encodeURIComponent refuses. */
function encode(text: string): string {
  const bytes = [...Buffer.from(text.toWellFormed())];
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function headersOf({ parameters }: Request, lookUp: LookUp): Record<string, string> {
  const headers = parameters.filter((each) => each.in === 'header');
  return Object.fromEntries(
    headers.map(({ name, value }) => [
      name,
      lookUp(value).replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, '?'),
    ]),
  );
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

async function signIn(url: string, email: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: email, password: PASSWORD }),
  });
  const [set = ''] = response.headers.getSetCookie();
  return set.split(';')[0]!;
}
