import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

test('60 s of crashes, freezes, restarts and busy people break no promise', async () => {
  const { code, failed, examined, words } = await runChaos('--seconds', '60');
  expect(failed, words).toEqual({});
  expect(code).toBe(0);
  // It cannot pass by not looking.
  expect(examined['every due time decided exactly once']).toBeGreaterThan(1000);
  expect(examined['no lease lost without a cause']).toBeGreaterThan(0);
  expect(examined['live readers were given every event once, in order']).toBeGreaterThan(50);
});
