/** A template's trigger in words, gaps and all. */
import { expect, test } from 'vitest';
import { describeTemplateTrigger } from '#graphql/template-trigger.ts';

test.each([
  [null, 'only by hand'],
  [{ cron: '0 2 * * *', timezone: 'Asia/Jakarta' }, 'at 02:00 every day, Asia/Jakarta'],
  [{ cron: '0 2 * * *', timezone: '{{ param.zone }}' }, 'at 02:00 every day, {{ param.zone }}'],
  [{ cron: '0 {{ param.hour }} * * *' }, 'cron "0 {{ param.hour }} * * *"'],
  [{ interval: '15m' }, 'every 15 minutes'],
  [{ interval: '{{ param.every }}' }, 'every {{ param.every }}'],
  [{ upstream: ['orders', '{{ param.after }}'] }, 'after orders and {{ param.after }} succeed'],
  [{ upstream: '{{ param.after }}' }, 'after {{ param.after }}'],
  ['{{ param.trigger }}', '{{ param.trigger }}'],
])('%j is told as "%s"', (wire, words) => {
  expect(describeTemplateTrigger(wire)).toBe(words);
});
