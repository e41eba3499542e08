import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

const MET = [
  'runs taken over',
  'due times in pauses',
  'due times on excluded days',
  'changes of calendars',
  'pauses that ended by themselves',
  'scenarios that paused themselves',
  'backfills',
  'retries',
  'runs under a limit',
];

test('60 s of crashes, freezes, restarts and busy people break no promise', async () => {
  const { code, failed, examined, met, actions, words } = await runChaos('--seconds', '60');
  expect(failed, words).toEqual({});
  expect(code).toBe(0);
  // It cannot pass by not looking.
  expect(examined['every due time decided exactly once']).toBeGreaterThan(1000);
  expect(examined['no lease lost without a cause']).toBeGreaterThan(0);
  expect(examined['live readers were given every event once, in order']).toBeGreaterThan(50);
  for (const action of ['kill', 'freeze', 'crash', 'restart', 'cut', 'orgPause', 'orgDrain']) {
    expect(actions[action], action).toBeGreaterThan(0);
  }
  for (const what of MET) expect(met[what], what).toBeGreaterThan(0);
});
