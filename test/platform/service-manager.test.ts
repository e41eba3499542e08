import { expect, test } from 'vitest';
import { createLog } from '#platform/log.ts';
import { serviceManager } from '#platform/service-manager.ts';
import { createSystemdNotify } from '#test/support/systemd-notify.ts';
import { until } from '#test/support/worker.ts';

const log = createLog('test', 'silent');

test('it says ready, lives as long as it is well, and stopping', async () => {
  await using systemd = await createSystemdNotify();
  const manager = serviceManager({ ...systemd.env, WATCHDOG_USEC: '40000' }, log);
  let looks = 0;
  await manager.ready(() => {
    looks += 1;
    return looks <= 3;
  });
  await until('more looks than it was well', async () => looks > 8);
  await until('all is written down', async () => (await systemd.told()).length >= 4);
  await manager.stopping();
  // Stuck, it said nothing more, though it was looked at.
  const alive = 'WATCHDOG=1';
  expect(await systemd.told()).toEqual(['READY=1', alive, alive, alive, 'STOPPING=1']);
});

test('without a watchdog, or with one for another process, only the beginning and the end are told', async () => {
  for (const env of [{}, { WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' }]) {
    await using systemd = await createSystemdNotify();
    const manager = serviceManager({ ...systemd.env, ...env }, log);
    await manager.ready(() => {
      throw new Error('it was looked at');
    });
    await manager.stopping();
    expect(await systemd.told()).toEqual(['READY=1', 'STOPPING=1']);
  }
});

test('outside of systemd nothing is started', async () => {
  await using systemd = await createSystemdNotify();
  const manager = serviceManager({ ...systemd.env, NOTIFY_SOCKET: '' }, log);
  await manager.ready(() => true);
  await manager.stopping();
  expect(await systemd.told()).toEqual([]);
});
