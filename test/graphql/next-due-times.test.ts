import { expect, test } from 'vitest';
import cases from '#test/cases/cron-dst.json' with { type: 'json' };
import { createGround } from './ground.ts';

const QUERY = `query Next($cron: String!, $timezone: String!, $from: DateTime!, $count: Int!) {
  nextDueTimes(cron: $cron, timezone: $timezone, from: $from, count: $count) { times { at } }
}`;

test('all 240 recorded cases around clock changes agree through the public nextDueTimes', async () => {
  await using ground = await createGround();
  expect(cases.cases).toHaveLength(240);
  const different: unknown[] = [];
  for (const { expr, timezone, from, until, expected } of cases.cases) {
    // One more than expected: a due time too many must show.
    const variables = { cron: expr, timezone, from, count: Math.min(expected.length + 1, 1000) };
    const { data } = await ground.ask('viewer', QUERY, variables);
    const times: string[] = data.nextDueTimes.times
      .map(({ at }: { at: string }) => new Date(at).toISOString().replace('.000Z', 'Z'))
      .filter((at: string) => Date.parse(at) <= Date.parse(until));
    if (times.join() !== expected.join()) different.push({ expr, timezone, times, expected });
  }
  expect(different).toEqual([]);
}, 60_000);
