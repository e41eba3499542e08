/** Idle sockets: what one that waits costs the API in memory, with a subscription and without, beside a bare server of
 *  the same WebSocket library; and whether a thousand others notice ten that read nothing.
 *
 *  npm run bench -- idle-sockets [--sockets 1000] [--json] */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket, WebSocketServer } from 'ws';
import { signSession } from '#domain/access/jwt.ts';
import { insertScenarios, prepareGround, quantile } from './support/ground.ts';

const SECRET = 'a secret of at least thirty-two characters';
// Who read nothing.
const STALLED = 10;
const HEALTH = 'subscription { schedulerHealth { revision } }';

// Told apart by its environment: whatever starts a benchmark may have a channel to it as well.
if (process.env['BENCH_BARE'] === '1') await serveBare();
else await measure();

/** Accepts, answers `ack` to the first message, and holds. */
async function serveBare(): Promise<void> {
  const server = createServer((_req, res) => {
    globalThis.gc?.();
    res.end(String(process.memoryUsage.rss()));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', () => socket.send('{}')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  process.send!({ url: `http://127.0.0.1:${port}` });
}

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sockets: { type: 'string', default: '1000' },
      json: { type: 'boolean', default: false },
    },
  });
  const count = Number(values.sockets);
  await using parts = new AsyncDisposableStack();
  const ground = parts.use(await prepareGround());
  await insertScenarios(ground, 1);
  const { rows: people } = await ground.pool.query(
    `with u as (select owner_user_id as id, org_id from project where id = $1),
          m as (insert into user_org (user_id, org_id, is_default) select id, org_id, true from u),
          g as (insert into "group" (org_id, name) select org_id, 'all' from u returning id),
          p as (insert into group_permission (group_id, role) select id, 'viewer' from g),
          x as (insert into user_group (user_id, group_id) select u.id, g.id from u, g)
     select id from u`,
    [ground.projectId],
  );
  const token = await signSession({ userId: people[0].id, orgId: null, role: 'viewer' }, SECRET);
  const { rows: runs } = await ground.pool.query(
    `insert into run (org_id, project_id, scenario_id, owner_user_id, name, source, due_at, state, exclusive, config)
     select org_id, project_id, id, owner_user_id, 'bench', 'manual', now(), 'running', false, '{}' from scenario, generate_series(1, 2) returning id`,
  );
  const [runId, longRunId] = runs.map(({ id }) => id as number) as [number, number];

  const start = async (file: string, env: Record<string, string>): Promise<string> => {
    const child: ChildProcess = fork(join(import.meta.dirname, file), {
      env: { ...process.env, ...env },
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    });
    parts.defer(async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return url;
  };
  // Each measurement has a process of its own: what one has given back, the next would take without growing.
  const startApi = () =>
    start('../src/server.ts', {
      DATABASE_URL: ground.url,
      JWT_SECRET: SECRET,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      REQUESTS_PER_MINUTE_PER_TOKEN: '0',
      REQUESTS_PER_MINUTE_PER_ADDRESS: '0',
    });
  const bare = await start('idle-sockets.ts', { BENCH_BARE: '1' });

  const resident = async (url: string): Promise<number> => {
    // What was garbage goes within a few seconds.
    await delay(5_000);
    const text = await (await fetch(url === bare ? url : `${url}/metrics`)).text();
    return Number(/^(?:hf_resident_bytes (\d+)|\d+$)/m.exec(text)?.[1] ?? text);
  };
  const perSocket = async (url: string, open: () => Promise<WebSocket>): Promise<number> => {
    const first = await Promise.all(Array.from({ length: 50 }, open));
    const before = await resident(url);
    const sockets = first;
    while (sockets.length < count + 50) sockets.push(await open());
    const after = await resident(url);
    for (const socket of sockets) socket.terminate();
    return (after - before) / count;
  };

  const bareBytes = await perSocket(bare, async () => {
    const socket = new WebSocket(bare.replace('http', 'ws'));
    await once(socket, 'open');
    socket.send('{}');
    await once(socket, 'message');
    return socket;
  });
  process.stderr.write(`bare: ${Math.round(bareBytes / 1024)} KB\n`);
  const idle = await startApi();
  const idleBytes = await perSocket(idle, () => open(idle, token));
  process.stderr.write(`idle: ${Math.round(idleBytes / 1024)} KB\n`);
  const watching = await startApi();
  const watchingBytes = await perSocket(watching, () => open(watching, token, HEALTH));
  process.stderr.write(`subscribed: ${Math.round(watchingBytes / 1024)} KB\n`);
  const stalled = await besideStalled(count);

  const figures = { sockets: count, bareBytes, idleBytes, watchingBytes, stalled };
  if (values.json) console.log(JSON.stringify(figures));
  else {
    const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
    console.log(`Memory a socket, ${count} of them:`);
    console.log(`  bare server ${kb(bareBytes)}`);
    console.log(`  idle ${kb(idleBytes)}: ${(idleBytes / bareBytes).toFixed(1)} times`);
    console.log(
      `  with a subscription ${kb(watchingBytes)}: ${(watchingBytes / bareBytes).toFixed(1)} times`,
    );
    console.log(
      `From a write to ${stalled.others} others, median and p99: ${stalled.aloneMs.map((ms) => ms.toFixed(1)).join(', ')} ms; beside ${STALLED} that read nothing: ${stalled.besideMs.map((ms) => ms.toFixed(1)).join(', ')} ms; the API grew by ${kb(stalled.bytes)} for each and had ended them all after ${(stalled.endedMs / 1000).toFixed(1)} s`,
    );
  }

  /** Subscribers of one run, beside some of another who pause their sockets while long events come. They never read the
   *  farewell, so they are gone once its time is over. */
  async function besideStalled(others: number) {
    const api = await startApi();
    const watch = (id: number) =>
      `subscription { runEvents(runId: ${id}) { ... on RunEvent { seq payload } } }`;
    const sockets: WebSocket[] = [];
    while (sockets.length < others) {
      sockets.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => open(api, token, watch(runId))))),
      );
    }
    const round = async (seconds: number) => {
      const latencies: number[] = [];
      for (let n = 0; n < seconds; n += 1) {
        const all = sockets.map(heard);
        const sentMs = performance.now();
        await append(runId);
        await Promise.all(
          all.map(async (each) =>
            latencies.push(await each.then(() => performance.now() - sentMs)),
          ),
        );
        await delay(500);
      }
      const sorted = latencies.toSorted((a, b) => a - b);
      return [quantile(sorted, 0.5), quantile(sorted, 0.99)];
    };
    const first = await resident(api);
    const aloneMs = await round(10);
    const before = await resident(api);
    const readers = await Promise.all(
      Array.from({ length: STALLED }, () => open(api, token, watch(longRunId))),
    );
    for (const reader of readers) reader.pause();
    const startedMs = performance.now();
    // 30 MB that nobody takes.
    for (let n = 0; n < 100; n += 1) await append(longRunId, 300_000);
    const gone = untilLeft(api, others).then(() => performance.now() - startedMs);
    const besideMs = await round(10);
    const endedMs = await gone;
    // Ten rounds alone make the process grow too.
    const bytes =
      Math.max(0, (await resident(api)) - before - Math.max(0, before - first)) / STALLED;
    for (const reader of readers) reader.terminate();
    for (const socket of sockets) socket.terminate();
    return { others, aloneMs, besideMs, bytes, endedMs };
  }

  /** Settles once no more sockets than these are open: who has paused does not notice that it was closed.
   *  @throws Error after a minute. */
  async function untilLeft(api: string, open: number): Promise<void> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const text = await (await fetch(`${api}/metrics`)).text();
      const now = Number(/^hf_websockets (\d+)$/m.exec(text)?.[1]);
      if (now <= open) return;
      if (performance.now() > deadline) throw new Error(`${now} sockets are open still`);
      await delay(100);
    }
  }

  async function append(id: number, length = 10): Promise<void> {
    await ground.pool.query(
      `with r as (update run set event_seq = event_seq + 1 where id = $1 returning event_seq as seq),
            e as (insert into run_event (run_id, seq, type, at, payload)
                  select $1, seq, 'log', clock_timestamp(), jsonb_build_object('text', repeat('x', $2)) from r)
       select pg_notify('hf_run', $1::text)`,
      [id, length],
    );
  }
}

/** The next message. @throws Error when the socket is closed instead: a benchmark that waits for ever tells nothing. */
async function heard(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const closed = (code: number, reason: Buffer) =>
    reject(new Error(`a socket was closed: ${code} ${reason.toString()}`));
  socket.once('message', () => resolve());
  socket.once('close', closed);
  await promise;
  socket.off('close', closed);
}

/** A socket that has been let in, and has had the first answer of its subscription if it has one that answers at once. */
async function open(url: string, token: string, query?: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(
    JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
  );
  await heard(socket);
  if (query === undefined) return socket;
  const answered = query === HEALTH ? heard(socket) : delay(50);
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await answered;
  return socket;
}
