import { expect, test } from 'vitest';
import { transaction } from '#platform/db.ts';
import { decideDue, tickOnce } from '#domain/tick/decide-due.ts';
import { lockDue } from '#domain/tick/slot.sql.ts';
import { fireManual } from '#domain/tick/fire-manual.ts';
import { countRows, createWorld, type World } from '#test/support/world.ts';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
/** Due for the first time so long ago: a daily interval that began then. */
const dueFirst = (seconds: number) => {
  const at = ago(seconds);
  return { trigger: { interval: '1d' }, createdAt: at, nextDueAt: at };
};

async function ticks(world: World) {
  const { rows } = await world.pool.query(
    'select scenario_id, source, outcome, count, due_at, until_at, run_id, reason, detail from tick order by due_at, id',
  );
  return rows;
}

test('ten tickers at once fire each due time once', async () => {
  await using world = await createWorld();
  for (let i = 0; i < 40; i++) {
    await world.scenario(dueFirst(1));
  }
  await Promise.all(Array.from({ length: 10 }, () => tickOnce(world.pool, world.log)));
  await tickOnce(world.pool, world.log);
  expect(await countRows(world.pool, 'tick')).toBe(40);
  expect(await countRows(world.pool, 'run')).toBe(40);
});

test('a scenario that skips again and again leaves one growing row', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({ trigger: { interval: '1s' }, createdAt: ago(20) });
  const runId = await world.run(id);
  // The same due times in two passes: first the older half, as an earlier pass would have left them.
  await world.pool.query(
    `insert into tick (org_id, project_id, scenario_id, source, due_at, until_at, count, outcome, reason)
     select org_id, project_id, id, 'schedule', created_at, created_at + interval '9 s', 10, 'skipped_overlap', $2
     from scenario where id = $1`,
    [id, `run ${runId} was still active`],
  );
  await world.pool.query(
    `update scenario set next_due_at = created_at + interval '10 s' where id = $1`,
    [id],
  );
  await tickOnce(world.pool, world.log);
  const skipped = (await ticks(world)).filter((tick) => tick.outcome === 'skipped_overlap');
  expect(skipped).toHaveLength(1);
  expect(skipped[0].count).toBe((skipped[0].until_at - skipped[0].due_at) / 1000 + 1);
  expect(skipped[0].count).toBeGreaterThanOrEqual(20);
});

test('no row grows over due times that others stand for', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({ trigger: { interval: '1s' }, createdAt: ago(20) });
  const runId = await world.run(id);
  // As an earlier pass left them: the one that fired was written first, and was due last.
  await world.pool.query(
    `insert into tick (org_id, project_id, scenario_id, source, due_at, until_at, count, outcome, reason)
     select org_id, project_id, id, 'schedule', created_at + x.due * interval '1 s', created_at + x.until * interval '1 s',
            x.count, x.outcome, x.reason
     from scenario, (values (9, null, 1, 'fired', null), (0, 8, 9, 'skipped_overlap', $2)) x(due, until, count, outcome, reason)
     where id = $1`,
    [id, `run ${runId} was still active`],
  );
  await world.pool.query(
    `update scenario set next_due_at = created_at + interval '10 s' where id = $1`,
    [id],
  );
  await tickOnce(world.pool, world.log);
  const scheduled = (await ticks(world)).filter((tick) => tick.source === 'schedule');
  expect(scheduled.map((tick) => tick.outcome)).toEqual([
    'skipped_overlap',
    'fired',
    'skipped_overlap',
  ]);
  expect(scheduled[0].count).toBe(9);
});

test('a broken trigger gets an error tick, stops ticking, and stops nobody else', async () => {
  await using world = await createWorld();
  const bad = await world.scenario({ trigger: { cron: '61 * * * *' }, nextDueAt: ago(1) });
  const good = await world.scenario(dueFirst(1));
  await tickOnce(world.pool, world.log);
  const [error] = (await ticks(world)).filter((tick) => tick.scenario_id === bad.id);
  expect(error).toMatchObject({
    outcome: 'error',
    detail: { code: 'trigger_config', config: { cron: '61 * * * *' } },
  });
  const { rows } = await world.pool.query(
    'select next_due_at, broken from scenario where id = $1',
    [bad.id],
  );
  expect(rows[0].next_due_at).toBeNull();
  expect(rows[0].broken.code).toBe('trigger_config');
  expect((await ticks(world)).filter((tick) => tick.scenario_id === good.id)).toMatchObject([
    { outcome: 'fired' },
  ]);
});

test('the frozen configuration of a run does not follow later edits', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario({
    steps: [{ kind: 'probe', output: 1 }],
    policies: { priority: 3 },
  });
  const runId = await world.run(id);
  await world.pool.query(`update scenario set steps = '[]', name = 'renamed' where id = $1`, [id]);
  const { rows } = await world.pool.query(
    'select config, priority, context from run where id = $1',
    [runId],
  );
  expect(rows[0].config.steps).toEqual([{ kind: 'probe', output: 1 }]);
  expect(rows[0].context).toMatchObject({
    slug: world.project.slug,
    owner_email: world.owner.email,
  });
});

test('an edit decides what was due before it, once, under the old trigger', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario(dueFirst(0.3));
  await Promise.all([
    transaction(world.pool, (tx) => decideDue(tx, [id])),
    tickOnce(world.pool, world.log),
  ]);
  await tickOnce(world.pool, world.log);
  expect(await ticks(world)).toMatchObject([{ outcome: 'fired' }]);
});

test('the same Idempotency-Key answers the same run again', async () => {
  await using world = await createWorld();
  const { id } = await world.scenario();
  const fire = () =>
    transaction(world.pool, (tx) =>
      fireManual(tx, { scenarioId: id, userId: world.owner.id, params: {}, idempotencyKey: 'k' }),
    );
  const answers = await Promise.all([fire(), fire(), fire()]);
  expect(new Set(answers.map((answer) => answer.runId)).size).toBe(1);
  expect(answers.filter((answer) => answer.created)).toHaveLength(1);
});

test('the ticker reads what is due from the index, and nothing that is not', async () => {
  await using world = await createWorld();
  await world.pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, next_due_at)
     select $1, $2, $3, 'n' || n, 'n' || n, '[]', now() + interval '1 d' from generate_series(1, 2000) n`,
    [world.org.id, world.project.id, world.owner.id],
  );
  await world.pool.query('analyze scenario');
  const { rows } = await world.pool.query(
    `explain (analyze, costs off, timing off) ${lockDue.text}`,
    [500],
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Cond: (next_due_at <=');
  expect(plan).not.toContain('Rows Removed by Filter');
});
