/** How long a change takes to a subscriber's screen, with many of them on WebSockets. The API, the subscribers
 *  and the writer are three processes. The time runs from before the write is sent to Postgres, its commit
 *  included, until the subscriber's process has the message.
 *
 *  `node bench/live.ts [--subscribers 1000] [--rate 100] [--seconds 10] [--mode own|hot] [--json]`.
 *  own: each subscriber on the events of its own run; hot: all on `runsChanged` of one project. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { signSession } from '#domain/access/jwt.ts';
import { insertScenarios, prepareGround, quantile } from './support/ground.ts';

type Mode = 'own' | 'hot';
type Task = { url: string; token: string; mode: Mode; projectId: number; runIds: number[] };
type Received = { latencies: number[]; messages: number };

const SECRET = 'a secret for the benchmark only, 32+';
// A subscriber that is not served by then is counted as lost.
const SETTLE_MS = 2_000;

const round = (ms: number) => Math.round(ms * 10) / 10;
const nowMs = () => performance.timeOrigin + performance.now();

// Told apart by its environment: whatever starts a benchmark may have a channel to it as well.
if (process.env['BENCH_SUBSCRIBERS'] === '1') await beSubscribers();
else await measure();

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      subscribers: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '10' },
      mode: { type: 'string', default: 'own' },
      json: { type: 'boolean', default: false },
    },
  });
  const [subscribers, rate, seconds] = [values.subscribers, values.rate, values.seconds].map(
    Number,
  ) as [number, number, number];
  const mode: Mode = values.mode === 'hot' ? 'hot' : 'own';

  await using parts = new AsyncDisposableStack();
  const ground = parts.use(await prepareGround());
  const { pool, projectId, url: databaseUrl } = ground;
  await insertScenarios(ground, 1);
  const token = await signSession(
    { userId: await admitUser(), orgId: null, role: 'viewer' },
    SECRET,
  );
  const { rows } = await pool.query<{ id: number }>(
    `insert into run (org_id, project_id, scenario_id, owner_user_id, name, source, due_at, state, exclusive, config)
     select s.org_id, s.project_id, s.id, s.owner_user_id, 'bench', 'manual', now(), 'running', false, '{}'
       from scenario s, generate_series(1, $1) returning id`,
    [subscribers],
  );
  const runIds = rows.map(({ id }) => id);

  const api = startChild('../src/server.ts', {
    DATABASE_URL: databaseUrl,
    JWT_SECRET: SECRET,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
  });
  const [{ url }] = (await once(api, 'message')) as [{ url: string }];
  const clients = startChild('live.ts', { BENCH_SUBSCRIBERS: '1' });
  clients.send({ url, token, mode, projectId, runIds } satisfies Task);
  await once(clients, 'message');

  const written = await write();
  await delay(SETTLE_MS);
  clients.send('report');
  const [{ latencies, messages }] = (await once(clients, 'message')) as [Received];
  const residentMb = Math.round(
    Number(/^hf_resident_bytes (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]) /
      1e6,
  );
  const sorted = latencies.sort((a, b) => a - b);
  const result = {
    mode,
    subscribers,
    rate,
    written,
    messages,
    p50Ms: round(quantile(sorted, 0.5)),
    p99Ms: round(quantile(sorted, 0.99)),
    maxMs: round(sorted.at(-1) ?? NaN),
    apiResidentMb: residentMb,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    for (const [name, value] of Object.entries(result))
      process.stdout.write(`${name.padEnd(16)} ${value}\n`);
  if (mode === 'own' && messages !== written) {
    process.stderr.write(`${written - messages} events did not arrive\n`);
    process.exitCode = 1;
  }

  /** A member who may see the project. */
  async function admitUser(): Promise<number> {
    const { rows: users } = await pool.query(
      `with u as (select owner_user_id as id, org_id from project where id = $1),
            m as (insert into user_org (user_id, org_id, is_default) select id, org_id, true from u),
            g as (insert into "group" (org_id, name) select org_id, 'all' from u returning id),
            p as (insert into group_permission (group_id, role) select id, 'viewer' from g),
            x as (insert into user_group (user_id, group_id) select u.id, g.id from u, g)
       select id from u`,
      [projectId],
    );
    return users[0].id;
  }

  /** Appends events to runs in turn, evenly, as a worker's flush does. */
  async function write(): Promise<number> {
    const total = rate * seconds;
    const beganMs = performance.now();
    const pending: Promise<unknown>[] = [];
    for (let n = 0; n < total; n += 1) {
      const waitMs = beganMs + (n * 1000) / rate - performance.now();
      if (waitMs > 0) await delay(waitMs);
      pending.push(
        pool.query({
          name: 'append',
          text: `with r as (update run set event_seq = event_seq + 1, reason = $2::text where id = $1 returning event_seq),
                      e as (insert into run_event (run_id, seq, type, at, payload)
                            select $1, event_seq, 'log', clock_timestamp(), jsonb_build_object('sentMs', $2::text) from r)
                 select pg_notify('hf_run', $1::text)`,
          values: [runIds[(n * 7919) % runIds.length], String(nowMs())],
        }),
      );
    }
    await Promise.all(pending);
    return total;
  }

  function startChild(file: string, env: Record<string, string>): ChildProcess {
    const child = fork(join(import.meta.dirname, file), { env: { ...process.env, ...env } });
    parts.defer(async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    return child;
  }
}

async function beSubscribers(): Promise<void> {
  const [task] = (await once(process, 'message')) as [Task];
  const received: Received = { latencies: [], messages: 0 };
  const own =
    'subscription ($runId: ID!) { runEvents(runId: $runId) { ... on RunEvent { seq payload } } }';
  const hot =
    'subscription ($projectId: ID!) { runsChanged(projectId: $projectId) { resync runs { reason } } }';
  const take = ({ data }: { data?: any }) => {
    const sent: string[] = data?.runEvents
      ? [data.runEvents.payload.sentMs]
      : data?.runsChanged && !data.runsChanged.resync
        ? data.runsChanged.runs.map((run: { reason: string }) => run.reason)
        : [];
    if (sent.length === 0) return;
    received.messages += 1;
    // Of a message that tells several changes, the oldest counts.
    received.latencies.push(nowMs() - Math.min(...sent.map(Number)));
  };
  for (const runId of task.runIds) {
    const opened = Promise.withResolvers<void>();
    const client = createClient({
      url: `${task.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${task.token}` },
      on: { connected: () => opened.resolve() },
    });
    client.subscribe(
      task.mode === 'own'
        ? { query: own, variables: { runId } }
        : { query: hot, variables: { projectId: task.projectId } },
      {
        next: take,
        error: (error) => {
          throw error;
        },
        complete: () => {},
      },
    );
    await opened.promise;
  }
  // The last subscriptions are still being opened.
  await delay(1_000);
  process.send!('ready');
  await once(process, 'message');
  process.send!(received);
}
