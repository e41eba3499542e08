import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

test.each([
  ['no-fence-check', 'one mark for every step that published, under the fence of its time'],
  ['double-ticks', 'every due time decided exactly once'],
  ['no-promotion', 'every run ended, with all of its steps and attempts'],
  ['no-renewal', 'no lease lost without a cause'],
  ['global-cursor', 'live readers were given every event once, in order'],
])('the checker finds the planted bug %s, and nothing without it', async (plant, check) => {
  const planted = await runChaos('--plant', plant);
  expect(planted.code).toBe(1);
  expect(Object.keys(planted.failed), planted.words).toContain(check);

  const sound = await runChaos('--drive', plant);
  expect(sound.failed, sound.words).toEqual({});
  expect(sound.code).toBe(0);
});
