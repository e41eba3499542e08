/** A project in time, over the wire. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createGround } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const mine = () => ({
  orgId: ground.org.id,
  projectId: ground.project.id,
  ownerUserId: ground.people.admin.id,
});
const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

test('the timeline has what ran and what is due, each with its scenario', async () => {
  const dueMs = Math.ceil(Date.now() / HOUR) * HOUR + HOUR;
  const scenario = await createScenario(ground.pool, {
    ...mine(),
    trigger: { interval: '2h', anchor: iso(dueMs) },
    nextDueAt: new Date(dueMs),
  });
  const run = await createRun(ground.pool, {
    ...mine(),
    scenarioId: scenario.id,
    state: 'running',
  });
  const { data, errors } = await ground.ask(
    'viewer',
    `query ($project: ID!, $from: DateTime!, $to: DateTime!) {
      timeline(projectId: $project, from: $from, to: $to) {
        truncated runs { databaseId state scenario { slug } }
        due { at movedByClockChange excluded scenario { databaseId name owner { name } } } } }`,
    { project: ground.project.id, from: iso(Date.now() - HOUR), to: iso(dueMs + 3 * HOUR) },
  );
  expect(errors).toBeUndefined();
  const due = (at: number) => ({
    at: iso(at),
    movedByClockChange: false,
    excluded: false,
    scenario: { databaseId: scenario.id, name: scenario.name, owner: expect.any(Object) },
  });
  expect(data.timeline).toEqual({
    truncated: false,
    runs: [{ databaseId: run.id, state: 'RUNNING', scenario: { slug: scenario.slug } }],
    due: [due(dueMs), due(dueMs + 2 * HOUR)],
  });
});

test('a period of more than 31 days, or of none, is refused', async () => {
  const from = Date.UTC(2026, 0, 1);
  for (const to of [from + 31 * 24 * HOUR + 1, from, from - 1]) {
    const { errors } = await ground.ask(
      'viewer',
      `{ timeline(projectId: ${ground.project.id}, from: "${iso(from)}", to: "${iso(to)}") { truncated } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'VALIDATION',
      problems: [{ path: ['to'] }],
    });
  }
});

test('statistics are answered by stretches', async () => {
  const run = await createRun(ground.pool, { ...mine(), state: 'failed' });
  await ground.pool.query(
    `update run set started_at = '2026-05-01T10:00:00Z', finished_at = '2026-05-01T10:00:07Z' where id = $1`,
    [run.id],
  );
  const { data, errors } = await ground.ask(
    'viewer',
    `{ runStatistics(projectId: ${ground.project.id}, bucket: DAY, zone: "Asia/Jakarta",
        from: "2026-05-01T00:00:00Z", to: "2026-05-01T23:00:00Z") {
        start succeeded failed cancelled p50Seconds p95Seconds totalSeconds } }`,
  );
  expect(errors).toBeUndefined();
  expect(data.runStatistics).toEqual([
    {
      start: '2026-04-30T17:00:00.000Z',
      succeeded: 0,
      failed: 1,
      cancelled: 0,
      p50Seconds: 7,
      p95Seconds: 7,
      totalSeconds: 7,
    },
    expect.objectContaining({ start: '2026-05-01T17:00:00.000Z', failed: 0, p50Seconds: null }),
  ]);
});
