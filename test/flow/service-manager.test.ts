/** API and worker as units of Type=notify, and what the worker's watchdog looks at. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';
import { startProgram } from '#test/support/process.ts';
import { createSystemdNotify } from '#test/support/systemd-notify.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { createWorld } from '#test/support/world.ts';

test('API and worker tell systemd when they are ready, that they live, and when they stop', async () => {
  await using database = await createTestDatabase();
  for (const program of ['src/server.ts', 'worker/main.ts']) {
    await using systemd = await createSystemdNotify();
    await using running = startProgram(program, {
      env: {
        ...systemd.env,
        DATABASE_URL: database.url,
        JWT_SECRET: 'a secret of more than thirty-two characters',
        WATCHDOG_USEC: '200000',
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'warn',
      },
    });
    await once(running.child, 'message');
    await until('it lives', async () => (await systemd.told()).includes('WATCHDOG=1'));
    running.child.kill('SIGTERM');
    expect(await running.exited).toMatchObject({ code: 0 });
    const told = await systemd.told();
    expect(told[0]).toBe('READY=1');
    expect(told).toContain('STOPPING=1');
  }
});

test('a ticker that hangs in a pass stands still, and one whose passes fail does not', async () => {
  await using world = await createWorld();
  await using worker = await startTestWorker(world.url);
  await until('it has ticked', async () => worker.tickerStillMs() < 200);

  const holder = await world.pool.connect();
  try {
    await holder.query('begin');
    await holder.query('lock table scenario in access exclusive mode');
    await until('it stands still', async () => worker.tickerStillMs() > 2_000);
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  await until('it goes on', async () => worker.tickerStillMs() < 500);

  // A database that refuses is no reason to end the process: it comes back.
  await world.pool.query('alter table scenario rename to scenario_away');
  const failing = performance.now();
  let longestMs = 0;
  await until('passes have failed for a while', async () => {
    longestMs = Math.max(longestMs, worker.tickerStillMs());
    return performance.now() - failing > 2_500;
  });
  expect(longestMs).toBeLessThan(2_400);
});
