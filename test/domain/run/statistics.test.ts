/** How runs ended, by stretches of time. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readRunStatistics, type StatisticsRequest } from '#domain/run/statistics.ts';
import { createRun, createScenario } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

let setting: Setting;
let who: Awaited<ReturnType<Setting['as']>>;
beforeAll(async () => {
  setting = await createSetting();
  who = await setting.as('viewer');
});
afterAll(() => setting[Symbol.asyncDispose]());
beforeEach(() => setting.rows('truncate run cascade'));

const place = () => {
  const { org, project, people } = setting.house;
  return { orgId: org.id, projectId: project.id, ownerUserId: people.admin.id };
};

/** A run that ended at an instant, after so many seconds; null: it never started. */
async function ended(
  at: string,
  seconds: number | null,
  { state = 'succeeded', scenarioId }: { state?: string; scenarioId?: number } = {},
) {
  const { id } = await createRun(setting.pool, {
    ...place(),
    state,
    ...(scenarioId !== undefined && { scenarioId }),
  });
  await setting.rows(
    `update run set finished_at = $2::timestamptz,
                    started_at = $2::timestamptz - $3::float8 * interval '1 s' where id = $1`,
    [id, at, seconds],
  );
}

const read = (from: string, to: string, more: Partial<StatisticsRequest> = {}) =>
  readRunStatistics(setting.deps, who, {
    projectId: setting.projectId,
    scenarioId: null,
    from: new Date(from),
    to: new Date(to),
    bucket: 'hour',
    zone: null,
    ...more,
  });

test('every stretch that the period touches is answered whole, those without runs too', async () => {
  await ended('2026-05-01T10:00:00Z', 10);
  await ended('2026-05-01T10:30:00Z', 20);
  await ended('2026-05-01T10:59:59.999Z', 90, { state: 'failed' });
  await ended('2026-05-01T10:40:00Z', null, { state: 'cancelled' });
  await ended('2026-05-01T12:00:00Z', 5);
  await ended('2026-05-01T13:00:00Z', 5);
  await createRun(setting.pool, { ...place(), state: 'running' });
  const buckets = await read('2026-05-01T10:45:00Z', '2026-05-01T12:00:01Z');
  expect(buckets).toEqual([
    {
      start: new Date('2026-05-01T10:00:00Z'),
      succeeded: 2,
      failed: 1,
      cancelled: 1,
      p50Seconds: 20,
      p95Seconds: expect.closeTo(83, 5),
      totalSeconds: 120,
    },
    {
      start: new Date('2026-05-01T11:00:00Z'),
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      p50Seconds: null,
      p95Seconds: null,
      totalSeconds: 0,
    },
    {
      start: new Date('2026-05-01T12:00:00Z'),
      succeeded: 1,
      failed: 0,
      cancelled: 0,
      p50Seconds: 5,
      p95Seconds: 5,
      totalSeconds: 5,
    },
  ]);
});

test('days are those of the zone, with 23 and 25 hours where its clocks change', async () => {
  await ended('2026-03-29T21:59:59Z', 1);
  await ended('2026-03-29T22:00:00Z', 1);
  const berlin = { bucket: 'day', zone: 'Europe/Berlin' } as const;
  const spring = await read('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', berlin);
  expect(spring.map(({ start, succeeded }) => [start.toISOString(), succeeded])).toEqual([
    ['2026-03-27T23:00:00.000Z', 0],
    ['2026-03-28T23:00:00.000Z', 1],
    ['2026-03-29T22:00:00.000Z', 1],
  ]);
  const autumn = await read('2026-10-25T12:00:00Z', '2026-10-26T00:00:00Z', berlin);
  expect(autumn.map(({ start }) => start.toISOString())).toEqual([
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
  ]);
});

test('both passes of a repeated hour are stretches of their own, and the zone is the project’s where none is named', async () => {
  await setting.rows(`update project set timezone = 'Asia/Kolkata' where id = $1`, [
    setting.projectId,
  ]);
  const [first] = await read('2026-05-01T10:00:00Z', '2026-05-01T10:10:00Z');
  expect(first?.start.toISOString()).toBe('2026-05-01T09:30:00.000Z');
  await setting.rows('update project set timezone = null where id = $1', [setting.projectId]);
  const hours = await read('2026-10-24T23:00:00Z', '2026-10-25T03:00:00Z', {
    zone: 'Europe/Berlin',
  });
  expect(hours.map(({ start }) => start.toISOString().slice(11, 16))).toEqual([
    '23:00',
    '00:00',
    '01:00',
    '02:00',
  ]);
});

test('of one scenario only its own runs count', async () => {
  const mine = await createScenario(setting.pool, place());
  await ended('2026-05-01T10:00:00Z', 1, { scenarioId: mine.id });
  await ended('2026-05-01T10:00:00Z', 1);
  const from = '2026-05-01T10:00:00Z';
  const [only] = await read(from, '2026-05-01T10:01:00Z', { scenarioId: mine.id });
  expect(only?.succeeded).toBe(1);
  await setting.rows('update scenario set deleted_at = now() where id = $1', [mine.id]);
  const [deleted] = await read(from, '2026-05-01T10:01:00Z', { scenarioId: mine.id });
  expect(deleted?.succeeded).toBe(1);
});

test('at most 400 stretches, a period that is one, a zone that exists', async () => {
  const minutes = { bucket: 'minute' } as const;
  const most = await read('2026-05-01T00:00:00Z', '2026-05-01T06:40:00Z', minutes);
  expect(most).toHaveLength(400);
  const refused = (path: string) => ({ code: 'VALIDATION', problems: [{ path: [path] }] });
  await expect(read('2026-05-01T00:00:00Z', '2026-05-01T06:40:01Z', minutes)).rejects.toMatchObject(
    refused('bucket'),
  );
  await expect(read('2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z')).rejects.toMatchObject(
    refused('to'),
  );
  await expect(
    read('2026-05-01T00:00:00Z', '2026-05-01T01:00:00Z', { zone: 'Mars/Olympus' }),
  ).rejects.toMatchObject(refused('zone'));
});

test('strangers learn of neither the project nor a scenario of another one', async () => {
  const period = { from: new Date(0), to: new Date(1), bucket: 'day', zone: null } as const;
  const other = { projectId: setting.house.otherProject.id, scenarioId: null, ...period };
  await expect(readRunStatistics(setting.deps, who, other)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const { otherOrg, otherProject, people } = setting.house;
  const theirs = await createScenario(setting.pool, {
    orgId: otherOrg.id,
    projectId: otherProject.id,
    ownerUserId: people.stranger.id,
  });
  await expect(
    read('2026-05-01T00:00:00Z', '2026-05-01T01:00:00Z', { scenarioId: theirs.id }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
