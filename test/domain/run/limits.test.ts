import { describe, expect, test } from 'vitest';
import { claimLimited, limitsInUse } from '#domain/run/claim-limited.ts';
import { claimChosen, claimQueued } from '#domain/run/claim.sql.ts';
import { createProject } from '#test/support/factories.ts';
import { openGate } from '#test/support/kinds.ts';
import { startTestWorker, until } from '#test/support/worker.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const claim = (limit: number) => ({ workerId: 'w', leaseSeconds: 15, limit, kinds: ['probe'] });

/** Queues runs of scenarios of their own in a project. @returns their ids. */
async function queue(world: World, projectId: number, count: number, priority = 0) {
  const ids: number[] = [];
  for (let i = 0; i < count; i++) {
    const { id } = await world.scenario({ projectId, policies: { priority } });
    ids.push(await world.run(id));
  }
  return ids;
}

describe('the claim', () => {
  test('lets projects take turns, however many runs one of them has queued first', async () => {
    await using world = await createWorld();
    const other = await createProject(world.pool, {
      orgId: world.org.id,
      ownerUserId: world.owner.id,
    });
    const many = await queue(world, world.project.id, 8);
    const few = await queue(world, other.id, 2);
    const claimed = await claimQueued(world.pool, claim(4));
    expect(claimed.map((run) => run.id).toSorted((a, b) => a - b)).toEqual([
      ...many.slice(0, 2),
      ...few,
    ]);
    const next = await claimQueued(world.pool, claim(4));
    expect(next.map((run) => run.id)).toEqual(many.slice(2, 6));
  });

  test('takes a higher priority first, whosever it is', async () => {
    await using world = await createWorld();
    const other = await createProject(world.pool, {
      orgId: world.org.id,
      ownerUserId: world.owner.id,
    });
    await queue(world, world.project.id, 3);
    const urgent = await queue(world, other.id, 3, 5);
    const claimed = await claimQueued(world.pool, claim(3));
    expect(claimed.map((run) => run.id)).toEqual(urgent);
  });

  test('leaves a run alone until its start time, and after its start deadline', async () => {
    await using world = await createWorld();
    const [early = 0, late = 0, fine = 0] = await queue(world, world.project.id, 3);
    await world.pool.query("update run set start_at = now() + interval '1 h' where id = $1", [
      early,
    ]);
    await world.pool.query("update run set start_before = now() - interval '1 s' where id = $1", [
      late,
    ]);
    expect((await claimQueued(world.pool, claim(9))).map((run) => run.id)).toEqual([fine]);
  });

  test('takes nothing of an organisation that drains', async () => {
    await using world = await createWorld();
    await queue(world, world.project.id, 1);
    await world.pool.query('update org set draining = true');
    expect(await claimQueued(world.pool, claim(9))).toEqual([]);
  });

  test('looks again whether the organisation drains when it takes what a limit let through', async () => {
    await using world = await createWorld();
    const ids = await queue(world, world.project.id, 1);
    await world.pool.query('update org set draining = true');
    expect(await claimChosen(world.pool, claim(9), ids)).toEqual([]);
    await world.pool.query('update org set draining = false');
    expect(await claimChosen(world.pool, claim(9), ids)).toHaveLength(1);
  });
});

describe('a limit', () => {
  test('of a project holds when eight workers claim at once', async () => {
    await using world = await createWorld();
    await queue(world, world.project.id, 20);
    await world.pool.query('update project set max_running = 3');
    expect(await limitsInUse(world.pool)).toBe(true);
    expect(await claimQueued(world.pool, claim(9))).toEqual([]);
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 8 }, () => claimLimited(world.pool, claim(4))));
      expect(await countRows(world.pool, "run where state = 'running'")).toBe(3);
    }
  });

  test('of a scenario holds for its parallel runs and for no other scenario', async () => {
    await using world = await createWorld();
    const { id } = await world.scenario({ policies: { overlap: 'allow', max_running: 2 } });
    for (let i = 0; i < 6; i++) await world.run(id);
    const [free = 0] = await queue(world, world.project.id, 1);
    await Promise.all(Array.from({ length: 4 }, () => claimLimited(world.pool, claim(4))));
    expect(await countRows(world.pool, "run where state = 'running'")).toBe(2);
    expect((await claimQueued(world.pool, claim(9))).map((run) => run.id)).toEqual([free]);
  });

  test('that is reached holds up nobody else, however many runs are queued behind it', async () => {
    await using world = await createWorld();
    const other = await createProject(world.pool, {
      orgId: world.org.id,
      ownerUserId: world.owner.id,
    });
    const policies = { overlap: 'allow', max_running: 2 };
    const [busy, calm] = [await world.scenario({ policies }), await world.scenario({ policies })];
    const many: number[] = [];
    for (let i = 0; i < 12; i++) many.push(await world.run(busy.id));
    many.push(...(await queue(world, other.id, 12)));
    await world.pool.query('update project set max_running = 3 where id = $1', [other.id]);
    const last = await world.run(calm.id);
    const claimed = await claimLimited(world.pool, claim(9));
    expect(claimed.map((run) => run.id).toSorted((a, b) => a - b)).toEqual([
      ...many.slice(0, 2),
      ...many.slice(12, 15),
      last,
    ]);
    expect(await claimLimited(world.pool, claim(9))).toEqual([]);
  });

  test('of a project and those of its scenarios hold together', async () => {
    await using world = await createWorld();
    const policies = { overlap: 'allow', max_running: 2 };
    for (let i = 0; i < 3; i++) {
      const { id } = await world.scenario({ policies });
      for (let j = 0; j < 3; j++) await world.run(id);
    }
    await queue(world, world.project.id, 3);
    await world.pool.query('update project set max_running = 5');
    expect(await claimLimited(world.pool, claim(9))).toHaveLength(5);
    expect(await claimLimited(world.pool, claim(9))).toEqual([]);
    const { rows } = await world.pool.query(
      "select max(n)::int as most from (select count(*) as n from run where state = 'running' and max_running = 2 group by scenario_id) x",
    );
    expect(rows[0].most).toBeLessThanOrEqual(2);
  });

  test('lets the next run start as soon as one ends', async () => {
    await using world = await createWorld();
    await world.pool.query('update project set max_running = 1');
    await using _worker = await startTestWorker(world.url);
    const { id } = await world.scenario({
      policies: { overlap: 'allow' },
      steps: [{ kind: 'probe', gate: 'go' }],
    });
    const [first, second] = [await world.run(id), await world.run(id)];
    await world.untilRun(first, ['running']);
    expect((await world.getRun(second)).state).toBe('queued');
    await openGate(world.pool, 'go');
    await world.untilRun(second, ['succeeded']);
    const { rows } = await world.pool.query(
      'select b.started_at >= a.finished_at as after from run a, run b where a.id = $1 and b.id = $2',
      [first, second],
    );
    expect(rows[0].after).toBe(true);
  });

  test('costs nothing to those who have none', async () => {
    await using world = await createWorld();
    expect(await limitsInUse(world.pool)).toBe(false);
  });
});

test('a run that has not started within its deadline is cancelled with that reason', async () => {
  await using world = await createWorld();
  await using _worker = await startTestWorker(world.url, { workerSlots: 1 });
  const blocker = await world.run(
    (await world.scenario({ steps: [{ kind: 'probe', gate: 'go' }] })).id,
  );
  await world.untilRun(blocker, ['running']);
  const { id } = await world.scenario({ policies: { overlap: 'allow', start_deadline: '1s' } });
  await world.pool.query(
    `update scenario set trigger = '{"interval": "1d"}', created_at = now() - interval '1 d', next_due_at = now()
     where id = $1`,
    [id],
  );
  await world.pool.query("select pg_notify('hf_schedule', '')");
  const runId = await until('the tick', async () => {
    const { rows } = await world.pool.query('select id from run where scenario_id = $1', [id]);
    return rows[0]?.id as number | undefined;
  });
  const run = await world.untilRun(runId, ['cancelled']);
  expect(run.reason).toBe('it had not started within its start deadline');
  await openGate(world.pool, 'go');
  await world.untilRun(blocker, ['succeeded']);
});
