/** What is due next in a project. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findComingDueTimes, MAX_COMING, MAX_COMING_OF_ONE } from '#domain/tick/coming.ts';
import { createWorld, type World } from '#test/support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.pool.query('truncate scenario cascade'));

const HOUR = 3_600_000;
const now = Date.now();
/** An hour from now, whole. */
const soon = Math.ceil(now / HOUR) * HOUR + HOUR;
const coming = (toMs: number, fromMs = now) =>
  findComingDueTimes(world.pool, world.project.id, new Date(fromMs), new Date(toMs));

const every = (interval: string, nextDueMs: number, more: object = {}) =>
  world.scenario({
    trigger: { interval, anchor: new Date(nextDueMs).toISOString() },
    nextDueAt: new Date(nextDueMs),
    ...more,
  });

test('the due times of all scenarios come in the order of time, from the earliest that is not decided', async () => {
  const hourly = await every('1h', soon);
  const daily = await every('1d', soon + HOUR / 2);
  await every('1d', soon + 30 * HOUR);
  await world.scenario({ trigger: { upstream: ['x'] } });
  const { times, truncated } = await coming(soon + 2 * HOUR);
  expect(times).toEqual(
    [
      [hourly.id, soon],
      [daily.id, soon + HOUR / 2],
      [hourly.id, soon + HOUR],
      [hourly.id, soon + 2 * HOUR],
    ].map(([scenarioId, at]) => ({
      scenarioId,
      at: new Date(at!),
      movedByClockChange: false,
      excluded: false,
    })),
  );
  expect(truncated).toBe(false);
});

test('a period to come leaves out what lies before it, and one that is over has none', async () => {
  const { id } = await every('1h', soon);
  const { times } = await coming(soon + 12 * HOUR, soon + 10.5 * HOUR);
  expect(times).toMatchObject([
    { scenarioId: id, at: new Date(soon + 11 * HOUR) },
    { scenarioId: id, at: new Date(soon + 12 * HOUR) },
  ]);
  expect((await coming(now - HOUR, now - 5 * HOUR)).times).toEqual([]);
});

test('a due time that is late already gives way to the next one', async () => {
  await every('1h', soon - 5 * HOUR);
  const { times } = await coming(soon);
  expect(times.map(({ at }) => at.getTime())).toEqual([soon - HOUR, soon]);
});

test('what a clock change moves and what the calendar excludes is told', async () => {
  await world.pool.query(
    `insert into calendar (project_id, name, weekdays) values ($1, 'never', '{1,2,3,4,5,6,7}')`,
    [world.project.id],
  );
  const year = new Date(now).getUTCFullYear() + 1;
  const march = Date.UTC(year, 2, 1);
  // The second Sunday of March, on which New York has no half past two.
  const change = Date.UTC(year, 2, 8 + ((7 - new Date(march).getUTCDay()) % 7), 7);
  const { id } = await world.scenario({
    trigger: { cron: '30 2 * * *', timezone: 'America/New_York' },
    zone: 'America/New_York',
    nextDueAt: new Date(change),
    policies: { calendar: 'never' },
  });
  const { times } = await coming(change + 24 * HOUR, change - HOUR);
  expect(times).toEqual([
    { scenarioId: id, at: new Date(change), movedByClockChange: true, excluded: true },
    {
      scenarioId: id,
      at: new Date(change + 23.5 * HOUR),
      movedByClockChange: false,
      excluded: true,
    },
  ]);
});

test('one scenario has no more than a hundred, so that it leaves the others room', async () => {
  const busy = await every('1m', soon);
  const other = await every('1d', soon + 20 * HOUR);
  const { times, truncated } = await coming(soon + 24 * HOUR);
  expect(times.filter(({ scenarioId }) => scenarioId === busy.id)).toHaveLength(MAX_COMING_OF_ONE);
  expect(times.at(-1)?.scenarioId).toBe(other.id);
  expect(truncated).toBe(true);
});

test('a trigger that cannot be read, a paused organisation and a deleted scenario have none', async () => {
  await world.scenario({ trigger: { cron: '61 * * * *' }, nextDueAt: new Date(soon) });
  const gone = await every('1h', soon);
  await world.pool.query('update scenario set deleted_at = now() where id = $1', [gone.id]);
  expect((await coming(soon + HOUR)).times).toEqual([]);
  await every('1h', soon);
  expect((await coming(soon)).times).toHaveLength(1);
  await world.pool.query('update org set paused_at = now()');
  expect((await coming(soon)).times).toEqual([]);
  await world.pool.query('update org set paused_at = null');
});

test('of 10,000 scenarios the first 2,000 due times come fast, and only their triggers are read', async () => {
  await world.pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, trigger, next_due_at)
     select $1, $2, $3, 'many-' || n, 'many', '[]',
            jsonb_build_object('cron', (n % 60) || ' ' || (n % 24) || ' * * *'),
            to_timestamp($4::float8 / 1000) + n * interval '1 s'
     from generate_series(1, 10000) n`,
    [world.org.id, world.project.id, world.owner.id, soon],
  );
  await world.pool.query('analyze scenario');
  await coming(soon + 24 * HOUR);
  const beganMs = performance.now();
  const { times, truncated } = await coming(soon + 24 * HOUR);
  const ms = performance.now() - beganMs;
  expect(times).toHaveLength(MAX_COMING);
  expect(truncated).toBe(true);
  expect(times.at(-1)!.at.getTime()).toBeLessThanOrEqual(soon + 2_000_000);
  expect(ms).toBeLessThan(1_000);
});
