import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepResult } from '#domain/step/kind.ts';
import type { Pool } from '#platform/db.ts';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const numbers = (from: number, to: number, t = 'x') =>
  `id,t\n${Array.from({ length: to - from + 1 }, (_, i) => `${from + i},${t}`).join('\n')}\n`;

/** What whoever runs the step does when nothing is published. */
function discard(result: StepResult): Promise<void> {
  return (result as unknown as { discard(db: Pool): Promise<void> }).discard(ground.pool);
}

/** Counts the rows again and again while `work` is under way. */
async function countsDuring(table: string, work: () => Promise<unknown>): Promise<Set<number>> {
  const reader = await ground.connect();
  const seen = new Set<number>();
  let done = false;
  const reading = (async () => {
    do {
      const { rows } = await reader.query(`select count(*)::int as n from ${table}`);
      seen.add(rows[0].n);
    } while (!done);
  })();
  await work().finally(() => (done = true));
  await reading;
  return seen;
}

describe('full', () => {
  test('a reader sees the old rows or the new ones, by swap and in place', async () => {
    await ground.addDataset('atomic');
    const table = `${ground.schema}.atomic`;
    await ground.file('atomic.csv', numbers(1, 20_000));
    await ground.sync({ dataset: 'atomic' });
    await ground.file('atomic.csv', numbers(1, 30_000));
    const swapped = await countsDuring(table, () => ground.sync({ dataset: 'atomic' }));
    expect([...swapped].every((n) => n === 20_000 || n === 30_000)).toBe(true);

    await ground.pool.query(`create view ${ground.schema}.over_atomic as select * from ${table}`);
    await ground.file('atomic.csv', numbers(1, 10_000));
    const inPlace = await countsDuring(table, () => ground.sync({ dataset: 'atomic' }));
    expect([...inPlace].every((n) => n === 30_000 || n === 10_000)).toBe(true);
    expect(await ground.rows(`select count(*)::int from ${ground.schema}.over_atomic`)).toEqual([
      [10_000],
    ]);
  });

  test('a repeatable-read transaction that has read goes on seeing the old rows, and blocks nothing', async () => {
    await ground.addDataset('repeatable');
    const count = `select count(*)::int as n from ${ground.schema}.repeatable`;
    await ground.file('repeatable.csv', numbers(1, 100));
    await ground.sync({ dataset: 'repeatable' });
    const reader = await ground.connect();
    await reader.query('begin isolation level repeatable read');
    expect((await reader.query(count)).rows[0].n).toBe(100);
    await ground.file('repeatable.csv', numbers(1, 300));
    expect(await ground.sync({ dataset: 'repeatable' })).toMatchObject({ inserted: 300 });
    expect((await reader.query(count)).rows[0].n).toBe(100);
    await reader.query('commit');
    expect((await reader.query(count)).rows[0].n).toBe(300);
  });

  test('an older snapshot that first reads after a swap finds rows, not an empty table', async () => {
    await ground.addDataset('snapshot');
    await ground.file('snapshot.csv', numbers(1, 100));
    await ground.sync({ dataset: 'snapshot' });
    const reader = await ground.connect();
    await reader.query('begin isolation level repeatable read');
    await reader.query('select 1 from pg_class limit 1');
    await ground.file('snapshot.csv', numbers(1, 300));
    await ground.sync({ dataset: 'snapshot' });
    const { rows } = await reader.query(`select count(*)::int as n from ${ground.schema}.snapshot`);
    expect([100, 300]).toContain(rows[0].n);
    await reader.query('rollback');
  });

  test('a plain table is swapped; views, grants, triggers, foreign keys and indexes survive', async () => {
    await ground.addDataset('kept');
    const table = `${ground.schema}.kept`;
    const oid = async () => (await ground.rows(`select '${table}'::regclass::oid::int`))[0]![0];
    await ground.file('kept.csv', numbers(1, 3));
    await ground.sync({ dataset: 'kept' });
    await ground.pool.query(
      `create unique index kept_id on ${table} (id); create index on ${table} (lower(t)) where id > 1;
       alter table ${table} alter t set default 'd', add constraint positive check (id > 0)`,
    );
    const indexes = `select indexname, replace(indexdef, 'kept', '') from pg_indexes where tablename = 'kept' order by 1`;
    const before = { oid: await oid(), indexes: await ground.rows(indexes) };
    await ground.file('kept.csv', numbers(1, 4));
    await ground.sync({ dataset: 'kept' });
    expect(await oid()).not.toBe(before.oid);
    expect(await ground.rows(indexes)).toEqual(before.indexes);
    expect(
      await ground.rows(`select conname, pg_get_constraintdef(oid) from pg_constraint
        where conrelid = '${table}'::regclass and contype = 'c'`),
    ).toEqual([['positive', 'CHECK ((id > 0))']]);
    expect(
      await ground.rows(`select column_default from information_schema.columns
      where table_name = 'kept' and column_name = 't'`),
    ).toEqual([["'d'::text"]]);

    await ground.pool.query(`create role reader_${process.pid}`);
    const hangers: [string, string][] = [
      [
        `grant select on ${table} to reader_${process.pid}`,
        `revoke all on ${table} from reader_${process.pid}`,
      ],
      [`create view ${ground.schema}.v as select id from ${table}`, `drop view ${ground.schema}.v`],
      [`comment on table ${table} is 'mine'`, `comment on table ${table} is null`],
      [
        `alter table ${table} enable row level security`,
        `alter table ${table} disable row level security`,
      ],
      [
        `create table ${ground.schema}.pointing (kept_id int references ${table} (id) deferrable initially deferred)`,
        `drop table ${ground.schema}.pointing`,
      ],
    ];
    try {
      for (const [hang, unhang] of hangers) {
        await ground.pool.query(hang);
        const stays = await oid();
        await ground.sync({ dataset: 'kept' });
        expect(await oid(), `${hang}`).toBe(stays);
        await ground.pool.query(unhang);
      }
    } finally {
      await ground.pool.query(
        `revoke all on ${table} from reader_${process.pid}; drop role reader_${process.pid}`,
      );
    }
    expect(await ground.rows(`select count(*)::int from ${table}`)).toEqual([[4]]);
  });

  test('a table that another writer holds fails the publish after 5 s, says so, and nothing changed', async () => {
    await ground.addDataset('held');
    await ground.file('held.csv', numbers(1, 3));
    await ground.sync({ dataset: 'held' });
    const writer = await ground.connect();
    await writer.query(`begin; update ${ground.schema}.held set t = 'y' where id = 1`);
    await using step = await ground.newStep();
    const result = await ground.execute(step, { dataset: 'held' });
    await expect(step.publish(result)).rejects.toThrow(
      /Publishing held into .*the table is in use/,
    );
    await writer.query('rollback');
    expect(await ground.rows(`select count(*)::int from ${ground.schema}.held`)).toEqual([[3]]);
    await discard(result);
    expect(await ground.stagingTables()).toEqual([]);
  });
});

describe('columns', () => {
  test('a new column is added, a missing one is empty in new rows', async () => {
    await ground.addDataset('columns');
    await ground.file('columns.csv', 'id,a\n1,x\n');
    await ground.sync({ dataset: 'columns' });
    await ground.file('columns.csv', 'id,b\n1,2026-01-01\n');
    await ground.sync({ dataset: 'columns' });
    expect(await ground.rows(`select id, a, b::text from ${ground.schema}.columns`)).toEqual([
      [1, null, '2026-01-01'],
    ]);
    await ground.pool.query(
      `delete from ${ground.schema}.columns; alter table ${ground.schema}.columns alter a set not null`,
    );
    expect((await ground.failure({ dataset: 'columns' })).reason).toMatch(
      /column a is missing from the source and may not be null/,
    );
  });

  test('a new column also comes in place and in a merge', async () => {
    await ground.addDataset('grown', { keys: ['id'] });
    await ground.file('grown.csv', 'id,a\n1,x\n');
    await ground.sync({ dataset: 'grown' });
    await ground.pool.query(
      `create view ${ground.schema}.over_grown as select id from ${ground.schema}.grown`,
    );
    await ground.file('grown.csv', 'id,a,b\n1,x,1.5\n');
    await ground.sync({ dataset: 'grown' });
    await ground.file('grown.csv', 'id,a,b,c\n2,y,2.5,true\n');
    await ground.sync({ dataset: 'grown', mode: 'incremental' });
    expect(
      await ground.rows(`select id, a, b::text, c from ${ground.schema}.grown order by id`),
    ).toEqual([
      [1, 'x', '1.5', null],
      [2, 'y', '2.5', true],
    ]);
  });

  test.each([
    ['integers to text', '1\n2\n', 'x\n2\n', 'integer', 'text', 'line 2: "x"'],
    [
      'integers past 2^31',
      '1\n2\n',
      '1\n3000000000\n',
      'integer',
      'bigint',
      'line 3: "3000000000"',
    ],
    ['integers to fractions', '1\n2\n', '1\n2.5\n', 'integer', 'numeric', 'line 3: "2.5"'],
    ['days to instants', '2026-01-01\n', '2026-01-01T10:00Z\n', 'date', 'timestamptz', 'line 2'],
  ])(
    'a changed type fails with column, old and new: %s',
    async (name, before, after, old, now, where) => {
      const slug = name.replaceAll(/\W/g, '-');
      await ground.addDataset(slug, { source: { path: 'changed.csv' } });
      await ground.file('changed.csv', `v\n${before}`);
      await ground.sync({ dataset: slug });
      await ground.file('changed.csv', `v\n${after}`);
      const { reason, retryable } = await ground.failure({ dataset: slug });
      expect(reason).toContain(`column v is ${old} in the warehouse and now ${now} in the source`);
      expect(reason).toContain(where);
      expect(retryable).toBe(false);
    },
  );

  test('a stray text among a hundred typed values rejects its row only', async () => {
    await ground.addDataset('stray');
    await ground.file('stray.csv', numbers(1, 200));
    await ground.sync({ dataset: 'stray' });
    await ground.file('stray.csv', numbers(1, 200).replace('\n7,', '\nn/a,'));
    const output = await ground.sync({ dataset: 'stray' });
    expect(output).toMatchObject({ inserted: 199, rejected: 1 });
    expect(output.datasets[0]!.rejects).toEqual([
      { line: 8, why: '"n/a" in column id is no integer' },
    ]);
  });

  test('a view of the dataset’s name is left alone', async () => {
    await ground.pool.query(`create view ${ground.schema}.viewed as select 1 as id`);
    await ground.addDataset('viewed');
    await ground.file('viewed.csv', 'id\n1\n');
    expect((await ground.failure({ dataset: 'viewed' })).reason).toContain(
      'exists and is no table',
    );
  });
});

describe('incremental', () => {
  test('rows are inserted and updated by key, and the cursor moves with them', async () => {
    const id = await ground.addDataset('merge', {
      mode: 'incremental',
      keys: ['id'],
      cursor: 'at',
    });
    const table = `${ground.schema}.merge`;
    await ground.file(
      'merge.csv',
      'id,t,at\n1,a,2026-01-01T00:00Z\n2,b,2026-01-02T00:00Z\n2,c,2026-01-02T00:00Z\n',
    );
    expect(await ground.sync({ dataset: 'merge' })).toMatchObject({
      rows_read: 3,
      inserted: 2,
      updated: 0,
      unchanged: 1,
    });
    expect(await ground.rows(`select id, t from ${table} order by id`)).toEqual([
      [1, 'a'],
      [2, 'c'],
    ]);
    expect((await ground.dataset(id)).cursor_value).toBe('2026-01-02 00:00:00+00');
    expect(await ground.rows(`select indexname from pg_indexes where tablename = 'merge'`)).toEqual(
      [['merge_key']],
    );

    await ground.file(
      'merge.csv',
      'id,t,at\n1,older,2026-01-01T00:00Z\n2,d,2026-01-03T00:00Z\n3,e,2026-01-04T00:00Z\n,f,2026-01-05T00:00Z\n',
    );
    await using step = await ground.newStep();
    const result = await ground.execute(step, { dataset: 'merge' });
    expect((await ground.dataset(id)).cursor_value).toBe('2026-01-02 00:00:00+00');
    expect(await step.publish(result)).toMatchObject({
      rows_read: 4,
      inserted: 1,
      updated: 1,
      unchanged: 1,
      rejected: 1,
      datasets: [{ rejects: [{ line: 5, why: 'the key column id is empty' }] }],
    });
    expect(await ground.rows(`select id, t from ${table} order by id`)).toEqual([
      [1, 'a'],
      [2, 'd'],
      [3, 'e'],
    ]);
    expect(await ground.dataset(id)).toMatchObject({
      cursor_value: '2026-01-04 00:00:00+00',
      row_count: 3,
    });

    const again = await ground.sync({ dataset: 'merge' });
    expect(again).toMatchObject({ inserted: 0, updated: 0 });
    expect((await ground.dataset(id)).cursor_value).toBe('2026-01-04 00:00:00+00');
  });

  test('a full sync of the same dataset starts over, and the cursor with it', async () => {
    const id = await ground.addDataset('over', { mode: 'incremental', keys: ['id'], cursor: 'n' });
    await ground.file('over.csv', 'id,n\n1,10\n2,20\n');
    await ground.sync({ dataset: 'over' });
    await ground.file('over.csv', 'id,n\n3,5\n');
    await ground.sync({ dataset: 'over', mode: 'full' });
    expect(await ground.rows(`select id from ${ground.schema}.over`)).toEqual([[3]]);
    expect((await ground.dataset(id)).cursor_value).toBe('5');
  });

  test('a table that was dropped is read anew from the beginning', async () => {
    await ground.addDataset('gone', { mode: 'incremental', keys: ['id'], cursor: 'id' });
    await ground.file('gone.csv', 'id\n1\n2\n');
    await ground.sync({ dataset: 'gone' });
    await ground.pool.query(`drop table ${ground.schema}.gone`);
    expect(await ground.sync({ dataset: 'gone' })).toMatchObject({ inserted: 2 });
  });
});

describe('together', () => {
  test('several datasets are published in one transaction, or none of them', async () => {
    const ids = [await ground.addDataset('one'), await ground.addDataset('two')];
    await ground.file('one.csv', numbers(1, 2));
    expect((await ground.failure({ datasets: ['one', ids[1]!] })).reason).toContain('two.csv');
    expect(await ground.stagingTables()).toEqual([]);
    expect(await ground.rows(`select to_regclass('${ground.schema}.one')`)).toEqual([[null]]);
    await ground.file('two.csv', numbers(1, 3));
    const output = await ground.sync({ datasets: ['one', ids[1]!] });
    expect(output).toMatchObject({
      rows_read: 5,
      inserted: 5,
      datasets: [{ dataset: 'one' }, { dataset: 'two' }],
    });
  });

  test('of two syncs of one dataset the one that read first does not overwrite the other', async () => {
    await ground.addDataset('raced');
    await ground.file('raced.csv', numbers(1, 1, 'old'));
    await ground.sync({ dataset: 'raced' });
    await using slow = await ground.newStep();
    const stale = await ground.execute(slow, { dataset: 'raced' });
    await ground.file('raced.csv', numbers(1, 1, 'new'));
    await ground.sync({ dataset: 'raced' });
    await expect(slow.publish(stale)).rejects.toThrow(/was synced by another run/);
    await discard(stale);
    expect(await ground.rows(`select t from ${ground.schema}.raced`)).toEqual([['new']]);
  });

  test('what older claims of the run left behind is dropped at the start', async () => {
    await ground.addDataset('leftover');
    await ground.file('leftover.csv', numbers(1, 1));
    await using step = await ground.newStep(3);
    const { runId } = step.context;
    const table = (run: number, fence: number) => `leftover__staging_${run}_0_${fence}_1`;
    for (const name of [table(runId, 2), table(runId, 4), table(runId + 999, 1)]) {
      await ground.pool.query(`create table ${ground.schema}.${name} ()`);
    }
    await step.publish(await ground.execute(step, { dataset: 'leftover' }));
    expect((await ground.stagingTables()).toSorted()).toEqual(
      [table(runId, 4), table(runId + 999, 1)].toSorted(),
    );
    await ground.pool.query(
      `drop table ${ground.schema}.${table(runId, 4)}, ${ground.schema}.${table(runId + 999, 1)}`,
    );
  });

  test('progress and log tell how far it is', async () => {
    await ground.addDataset('told');
    await ground.file('told.csv', `${numbers(1, 10)}x\n`);
    await using step = await ground.newStep();
    await step.publish(await ground.execute(step, { dataset: 'told' }));
    expect(step.progress[0]).toEqual({ done: 11, total: null, note: 'told: 0.0 of 0.0 MB read' });
    expect(step.progress.at(-1)).toEqual({ done: 11, total: 11, note: 'published' });
    expect(step.lines.map(({ line }) => line)).toContain(
      '  line 12: 1 fields where there are 2 columns',
    );
  });
});
