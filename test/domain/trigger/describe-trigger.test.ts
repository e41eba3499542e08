import { expect, test } from 'vitest';
import { describeTrigger } from '#domain/trigger/describe-trigger.ts';
import { parseTrigger } from '#domain/trigger/parse-trigger.ts';

test.each([
  [null, 'only by hand'],
  [{ interval: '15m' }, 'every 15 minutes'],
  [{ interval: '1d' }, 'every day'],
  [{ interval: 'PT1.5S' }, 'every 1.5 seconds'],
  [{ upstream: ['a'] }, 'after a succeeds'],
  [{ upstream: ['a', 'b', 'c'] }, 'after a, b and c succeed'],
  [{ upstream: ['a', 'b'], require: 'any' }, 'after a or b succeeds'],
  [{ cron: '* * * * *' }, 'every minute'],
  [{ cron: '*/15 * * * *' }, 'every 15 minutes'],
  [{ cron: '@hourly' }, 'every hour'],
  [{ cron: '0 */6 * * *' }, 'every 6 hours'],
  [{ cron: '20 */6 * * *' }, 'every 6 hours at minute 20'],
  [{ cron: '0 2 * * *', timezone: 'Asia/Jakarta' }, 'at 02:00 every day, Asia/Jakarta'],
  [{ cron: '0 9,17 * * 1-5' }, 'at 09:00 and 17:00 on weekdays'],
  [{ cron: '*/5 * * * SUN' }, 'every 5 minutes on Sunday'],
  [{ cron: '30 8 * * MON,WED,FRI' }, 'at 08:30 on Monday, Wednesday and Friday'],
  [{ cron: '@monthly' }, 'at 00:00 on day 1 of every month'],
  [{ cron: '0 0 15,L * *' }, 'at 00:00 on day 15 and the last day of every month'],
  [{ cron: '0 0 * * MON#2' }, 'at 00:00 on the second Monday of every month'],
  [{ cron: '@yearly' }, 'at 00:00 on day 1 in January'],
  [{ cron: '0 6 * JUN,JUL *' }, 'at 06:00 every day in June and July'],
])('%j reads "%s"', (wire, words) => {
  expect(describeTrigger(parseTrigger(wire, []).trigger)).toBe(words);
});

test.each([
  '*/7 * * * *',
  '5/15 * * * *',
  '0-30/10 8-18 * * *',
  '0 0 13 * FRI',
  '0 0 */2 * MON',
  '0 0 * 1-6 *',
  '0 0 1,5,9,13,17 * *',
  '0 0 * * 0-4',
])('"%s" is clearer than words', (cron) => {
  expect(describeTrigger(parseTrigger({ cron, timezone: 'UTC' }, []).trigger)).toBe(
    `cron "${cron}", UTC`,
  );
});
