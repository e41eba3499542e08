import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

// What is drawn so often that 60 s never pass without it; a crash of Postgres or a pause of the organisation may be left
// out by chance in one drive of six, and has plants of its own.
const MET = ['runs taken over', 'due times in pauses', 'backfills', 'retries'];

test('60 s of crashes, freezes, restarts and busy people break no promise', async () => {
  const { code, failed, examined, met, actions, words } = await runChaos('--seconds', '60');
  expect(failed, words).toEqual({});
  expect(code).toBe(0);
  // It cannot pass by not looking.
  expect(examined['every due time decided exactly once']).toBeGreaterThan(1000);
  expect(examined['no lease lost without a cause']).toBeGreaterThan(0);
  expect(examined['live readers were given every event once, in order']).toBeGreaterThan(50);
  for (const action of ['kill', 'freeze', 'cut']) {
    expect(actions[action], action).toBeGreaterThan(0);
  }
  for (const what of MET) expect(met[what], what).toBeGreaterThan(0);
});
