import { expect, test } from 'vitest';
import { runChaos } from './run-chaos.ts';

test.each([
  ['no-fence-check', 'one mark for every step that published, under the fence of its time'],
  ['double-ticks', 'every due time decided exactly once'],
  ['no-promotion', 'every run ended, with all of its steps and attempts'],
  ['no-renewal', 'no lease lost without a cause'],
  ['global-cursor', 'live readers were given every event once, in order'],
  ['calendar-ignored', 'on days that its calendar excludes a scenario is silent'],
  ['drain-ignored', 'nothing starts while the organisation is drained'],
  ['double-backfill', 'a backfill fires every due time of its range once, in order'],
  ['retry-repeats', 'a retry reuses what succeeded, without executing it again'],
])('the checker finds the planted bug %s, and nothing without it', async (plant, check) => {
  const [planted, sound] = await Promise.all([
    runChaos('--plant', plant),
    runChaos('--drive', plant),
  ]);
  expect(planted.code).toBe(1);
  expect(Object.keys(planted.failed), planted.words).toContain(check);

  expect(sound.failed, sound.words).toEqual({});
  expect(sound.code).toBe(0);
});
