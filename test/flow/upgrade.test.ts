/** The real processes on a database that an installation from before v0.0.38 left behind. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createToken } from '#test/support/factories.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { startProgram, type RunningProcess } from '#test/support/process.ts';
import { createProbeTables } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { createOldInstallation, log, type OldInstallation } from '../domain/upgrade/ground.ts';
import { createRegistry } from '#steps/registry.ts';
import { startApi } from '../../src/api.ts';

const JWT_SECRET = 'a secret of more than thirty-two characters';
const PROGRAMS = ['src/server.ts', 'worker/main.ts'];

const start = (program: string, { url }: OldInstallation, env: Record<string, string> = {}) =>
  startProgram(program, {
    env: { LOG_LEVEL: 'info', PORT: '0', HOST: '127.0.0.1', DATABASE_URL: url, JWT_SECRET, ...env },
  });

const ready = async (running: RunningProcess) => {
  const message = once(running.child, 'message').then(([told]) => told as { ready: true });
  return Promise.race([message, running.exited]);
};

test('left-over tables end API and worker with 78 before they listen; after the script both start', async () => {
  await using old = await createOldInstallation('old');
  await old.pipelines([{}, { recipe: 'stock_mart' }]);
  for (const program of PROGRAMS) {
    await using running = start(program, old);
    const messages: unknown[] = [];
    running.child.on('message', (message) => messages.push(message));
    expect(await running.exited).toEqual({ code: 78, signal: null });
    expect(messages).toEqual([]);
    // For people, and as a line of the log.
    expect(running.stderr).toMatch(/^Schema drift: public\.pipeline_schedules/m);
    expect(running.stderr).toMatch(/^Why this stops the start/m);
    expect(running.stderr).toMatch(/prisma\/scripts\/drop_pipeline_schedules\.sql/);
    expect(running.stderr).toMatch(/^\{"level":60,.*Schema drift: public\.pipeline_schedules/m);
    expect(running.stderr).not.toMatch(/is ready/);
  }
  await using remedy = startProgram('scripts/drop-pipeline-schedules.ts', {
    env: { DATABASE_URL: old.url },
  });
  expect(await remedy.exited).toMatchObject({ code: 0 });
  for (const program of PROGRAMS) {
    await using running = start(program, old);
    expect(await ready(running)).toMatchObject({ ready: true });
  }
  const scenarios = await old.scenarios();
  expect(scenarios.map(({ steps }) => steps[0].recipe)).toEqual(['orders_mart', 'stock_mart']);
  for (const scenario of scenarios) expect(scenario.next_due_at).not.toBeNull();
});

test('a report that cannot be taken over ends every process with 78 and its reason', async () => {
  await using old = await createOldInstallation('old');
  await old.reports([{}, { id: 9, cron: 'at dawn' }]);
  const before = await old.picture();
  for (const program of PROGRAMS) {
    await using running = start(program, old);
    expect(await running.exited).toEqual({ code: 78, signal: null });
    expect(running.stderr).toMatch(/^ {4}row 9: cron "at dawn": has 2 fields/m);
  }
  await using folder = await createTestFolder();
  await using all = start('src/all-in-one.ts', old, { DATA_DIR: folder.path });
  expect(await all.exited).toEqual({ code: 78, signal: null });
  expect(all.stderr).toContain('row 9: cron "at dawn"');
  expect(await old.picture()).toEqual(before);
});

test('API and worker that start at once on an old database migrate and take over once, and both are ready', async () => {
  await using old = await createOldInstallation('old');
  await old.reports(Array.from({ length: 200 }, () => ({})));
  await using parts = new AsyncDisposableStack();
  const all = [...PROGRAMS, ...PROGRAMS].map((program) => parts.use(start(program, old)));
  for (const told of await Promise.all(all.map(ready))) expect(told).toMatchObject({ ready: true });
  expect(await old.scenarios()).toHaveLength(200);
  const { rows } = await old.pool.query('select converted from upgrade_ledger');
  expect(rows).toEqual([{ converted: 200 }]);
  const told = all.filter(({ stderr }) => stderr.includes('old reports are scenarios now'));
  expect(told).toHaveLength(1);
});

test('what was taken over is seen over REST and GraphQL, and can be paused and resumed', async () => {
  await using old = await createOldInstallation();
  await old.reports([{ name: 'Digest' }]);
  await old.pipelines([{}]);
  await old.runScript();
  await old.upgrade();
  const { token } = await createToken(old.pool, { orgId: old.org.id, userId: old.people.admin.id });
  await using api = await startApi({
    databaseUrl: old.url,
    listenUrl: old.url,
    host: '127.0.0.1',
    port: 0,
    jwtSecret: JWT_SECRET,
    kinds: createRegistry(),
    log,
    heartbeatStaleSeconds: 90,
  });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-project-id': `${old.project.id}`,
  };
  const list = await fetch(`${api.url}/api/scheduler/scenarios?step_kind=send_email_report`, {
    headers,
  });
  expect(list.status).toBe(200);
  expect(JSON.stringify(await list.json())).toContain('boss@example.com');

  const ask = async (query: string) => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    return response.json();
  };
  for (const { id, name } of await old.scenarios()) {
    const { errors, data } = await ask(
      `{ scenario(id: ${id}) { name nextDueAt broken { message } steps { __typename kind config } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.scenario).toMatchObject({ name, broken: null });
    expect(data.scenario.nextDueAt).not.toBeNull();
    const one = await fetch(`${api.url}/api/scheduler/scenarios/${id}`, { headers });
    expect(one.status).toBe(200);
    const renamed = await fetch(`${api.url}/api/scheduler/scenarios/${id}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ enabled: false }),
    });
    expect(renamed.status).toBe(200);
  }
});

test('a run of what was taken over waits for a worker that knows its kind', async () => {
  await using old = await createOldInstallation();
  await createProbeTables(old.pool);
  await old.reports([{ cron: '* * * * *' }]);
  await old.upgrade();
  await old.pool.query(`update scenario set next_due_at = date_trunc('minute', now())`);
  // The tests' kinds alone: send_email_report is none of them.
  await using _worker = await startTestWorker(old.url);
  const queued = await until('the run is queued', async () => {
    const { rows } = await old.pool.query(`select id, state, fence from run`);
    return rows[0];
  });
  // A claim has passed over it: one that was queued later has been executed.
  const { rows: made } = await old.pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, step_kinds, next_due_at, trigger)
     values ($1, $2, $3, 'probe', 'Probe', '[{"kind": "probe", "name": "probe"}]', '{probe}',
             date_trunc('minute', now()), '{"cron": "* * * * *"}') returning id`,
    [old.org.id, old.project.id, old.people.designer.id],
  );
  await old.pool.query(`select pg_notify('hf_schedule', '')`);
  await until('the probe has run', async () => {
    const { rows } = await old.pool.query(
      `select 1 from run where scenario_id = $1 and state = 'succeeded'`,
      [made[0].id],
    );
    return rows.length > 0;
  });
  const { rows } = await old.pool.query(`select state, fence from run where id = $1`, [queued.id]);
  expect(rows).toEqual([{ state: 'queued', fence: 0 }]);
});
