/** The runs that lie in a period or reach into it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findOverlapping, MAX_OVERLAPPING } from '#domain/run/overlapping.ts';
import { createRun } from '#test/support/factories.ts';
import { createWorld, type World } from '#test/support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.pool.query('truncate run cascade'));

const day = (hour: number) => new Date(Date.UTC(2026, 4, 1, hour));
const find = (fromHour: number, toHour: number) =>
  findOverlapping(world.pool, world.project.id, day(fromHour), day(toHour));

/** A run that was queued and ended at these hours; null: it has not ended. */
async function run(queuedHour: number, endedHour: number | null, state?: string) {
  const { id } = await createRun(world.pool, {
    ...world.place,
    state: state ?? (endedHour === null ? 'running' : 'succeeded'),
    exclusive: false,
  });
  await world.pool.query('update run set created_at = $2, finished_at = $3 where id = $1', [
    id,
    day(queuedHour),
    endedHour === null ? null : day(endedHour),
  ]);
  return id;
}

test('those that lie in it, reach into it from either side or span it, newest first', async () => {
  await run(1, 5);
  const intoIt = await run(2, 7);
  const within = await run(7, 8);
  const outOfIt = await run(9, 13);
  const across = await run(3, 20);
  await run(11, 12);
  const waiting = await run(8, null, 'waiting');
  const queued = await run(9, null, 'queued');
  const running = await run(4, null);
  await run(11, null);
  expect(await find(6, 10)).toEqual({
    ids: [running, queued, waiting, across, outOfIt, within, intoIt],
    truncated: false,
  });
  expect((await find(14, 15)).ids.includes(across)).toBe(true);
  expect((await find(21, 22)).ids.includes(across)).toBe(false);
});

test('of another project there are none', async () => {
  await run(1, 5);
  const { ids } = await findOverlapping(world.pool, world.project.id + 1, day(0), day(10));
  expect(ids).toEqual([]);
});

test('of more than 2,000 the newest are kept', async () => {
  await world.pool.query(
    `insert into run (org_id, project_id, owner_user_id, name, source, due_at, state, config, created_at, finished_at)
     select $1, $2, $3, 'many', 'manual', at, 'succeeded', '{}', at, at + interval '1 s'
     from generate_series(0, 2100) n, lateral (select $4::timestamptz + n * interval '1 s' as at) x`,
    [world.org.id, world.project.id, world.owner.id, day(6)],
  );
  const { ids, truncated } = await find(0, 12);
  expect(truncated).toBe(true);
  expect(ids).toHaveLength(MAX_OVERLAPPING);
  const { rows } = await world.pool.query('select max(id) as newest from run');
  expect([ids[0], ids.at(-1)]).toEqual([rows[0].newest, rows[0].newest - MAX_OVERLAPPING + 1]);
});
