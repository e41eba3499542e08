import { expect, test } from 'vitest';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { migrationNames } from '#platform/migrate.ts';
import { createSetting } from '#test/support/setting.ts';
import { createClient } from './client.ts';

const log = createLog('test', 'silent');

test('healthz says that the process answers, readyz that it can serve', async () => {
  await using setting = await createSetting();
  const call = createClient(setting);
  expect((await call('GET', '/healthz')).status).toBe(200);
  expect(await call('GET', '/readyz')).toMatchObject({
    status: 200,
    body: { ready: true, reasons: [] },
  });
});

test('readyz names migrations that are pending and old tables that are left, all at once', async () => {
  await using setting = await createSetting();
  const call = createClient(setting, { searchedSchemas: ['public', 'tools'] });
  const { pool } = setting.deps;
  const last = (await migrationNames()).at(-1);
  await pool.query('delete from _prisma_migrations where migration_name = $1', [last]);
  await pool.query('create schema tools');
  await pool.query('create table tools.pipeline_schedules (id int)');
  const { status, body } = await call('GET', '/readyz');
  expect(status).toBe(503);
  expect(body).toMatchObject({
    ready: false,
    reasons: [
      { code: 'MIGRATIONS_PENDING', message: expect.stringContaining(last!) },
      { code: 'SCHEMA_DRIFT', message: expect.stringContaining('tools.pipeline_schedules') },
    ],
  });
});

test('without a database the process answers still, and readyz says why it cannot serve', async () => {
  await using setting = await createSetting();
  const pool = createPool('postgres://127.0.0.1:1/none', { name: 'test', max: 1, log });
  try {
    const call = createClient(setting, { pool });
    expect((await call('GET', '/healthz')).status).toBe(200);
    const { status, body } = await call('GET', '/readyz');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      ready: false,
      reasons: [{ code: 'DATABASE_AWAY', message: expect.stringContaining('ECONNREFUSED') }],
    });
  } finally {
    await pool.end();
  }
});

test('a database that takes its time is away after two seconds', async () => {
  await using setting = await createSetting();
  const busy = createPool(setting.url, { name: 'test', max: 1, log });
  const holder = await busy.connect();
  try {
    const call = createClient(setting, { pool: busy });
    const { status, body } = await call('GET', '/readyz');
    expect(status).toBe(503);
    expect(body.reasons).toMatchObject([{ code: 'DATABASE_AWAY' }]);
  } finally {
    holder.release();
    await busy.end();
  }
});
