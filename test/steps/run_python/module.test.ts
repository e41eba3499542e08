import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGround, type Ground } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

test('what it prints is its log, its output is the step’s, its parameters are those of the step', async () => {
  const { output, lines } = await ground.run(
    `import sys, honeyframe as hf
print("über", hf.params["names"])
print("careful", file=sys.stderr)
hf.output({"sum": sum(hf.params["numbers"])})`,
    { params: { names: ['a', 'b'], numbers: [1, 2.5] } },
  );
  expect(output).toMatchObject({ value: { sum: 3.5 }, datasets: [] });
  expect(lines).toContain("über ['a', 'b']");
  expect(lines).toContain('careful');
});

test('reads a dataset row by row, each value as Python’s own', async () => {
  await ground.addDataset('kinds', {
    sql: `select 1::int as i, 9007199254740993::bigint as b, 1.10::numeric(6,2) as n, 0.1::float8 as f, true as t,
      '2026-11-26'::date as d, '2026-11-26 02:03:04.5+00'::timestamptz as z, '2026-11-26 02:03:04'::timestamp as l,
      '{"a": [1, null]}'::jsonb as j, E'tab\\t, line\\n, back\\\\slash, \\\\N' as x, null::text as nothing, '\\x00ff'::bytea as y
      union all select null, null, null::numeric(6,2), 'NaN', false, 'infinity', null, null, null, '', '', null`,
  });
  const { output } = await ground.run(`import honeyframe as hf
rows = hf.read("kinds")
first, second = rows
hf.output({"columns": rows.columns, "type": rows.types["n"], "first": {k: repr(v) for k, v in first.items()},
  "second": {k: repr(v) for k, v in second.items()}})`);
  expect(output.value).toMatchObject({
    columns: ['i', 'b', 'n', 'f', 't', 'd', 'z', 'l', 'j', 'x', 'nothing', 'y'],
    type: 'numeric(6,2)',
    first: {
      i: '1',
      b: '9007199254740993',
      n: "Decimal('1.10')",
      f: '0.1',
      t: 'True',
      d: 'datetime.date(2026, 11, 26)',
      z: 'datetime.datetime(2026, 11, 26, 2, 3, 4, 500000, tzinfo=datetime.timezone.utc)',
      l: 'datetime.datetime(2026, 11, 26, 2, 3, 4)',
      j: "{'a': [1, None]}",
      x: String.raw`'tab\t, line\n, back\\slash, \\N'`,
      nothing: 'None',
      y: String.raw`b'\x00\xff'`,
    },
    second: { i: 'None', f: 'nan', t: 'False', d: "'infinity'", x: "''", nothing: "''" },
  });
});

test('writes are published with the step, with types that follow the values', async () => {
  await ground.addDataset('scores');
  const { output } = await ground.run(`import honeyframe as hf, datetime, decimal
count = hf.write("scores", (
  {"id": i, "zip": f"{i:05}" if i % 2 else "12345", "score": i / 4, "exact": decimal.Decimal("1.10"), "good": i > 1,
   "day": datetime.date(2026, 1, i + 1), "at": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
   "tags": ["a", i], "note": None if i else "tab\\t and \\\\"} for i in range(3)))
hf.output(count)`);
  expect(output).toMatchObject({
    value: 3,
    datasets: [{ dataset: 'scores', rows: 3, inserted: 3, updated: 0 }],
  });
  expect(await ground.types('scores')).toEqual({
    id: 'integer',
    zip: 'text',
    score: 'numeric',
    exact: 'numeric',
    good: 'boolean',
    day: 'date',
    at: 'timestamp with time zone',
    tags: 'jsonb',
    note: 'text',
  });
  expect(
    await ground.rows(
      `select id, zip, score::text, tags, note from ${ground.schema}.scores order by id`,
    ),
  ).toEqual([
    [0, '12345', '0.0', ['a', 0], 'tab\t and \\'],
    [1, '00001', '0.25', ['a', 1], null],
    [2, '12345', '0.5', ['a', 2], null],
  ]);
  expect(await ground.stagingTables()).toEqual([]);
});

test('reads one dataset while it writes another: 200,000 rows in bounded memory', async () => {
  await ground.addDataset('many', {
    sql: `select i as id, repeat('x', 100) as text from generate_series(1, 200000) i`,
  });
  await ground.addDataset('doubled');
  const { output } = await ground.run(`import honeyframe as hf, resource
hf.write("doubled", ({"id": row["id"] * 2, "text": row["text"]} for row in hf.read("many")))
hf.output(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)`);
  expect(output.datasets).toMatchObject([{ dataset: 'doubled', rows: 200_000 }]);
  expect(output.value).toBeLessThan(60);
  expect(
    await ground.rows(`select count(*)::int, sum(id)::float8 from ${ground.schema}.doubled`),
  ).toEqual([[200_000, 40_000_200_000]]);
});

test('an incremental dataset is merged by its key', async () => {
  await ground.addDataset('merged', { mode: 'incremental', keys: ['id'] });
  const write = (rows: string) =>
    ground.run(`import honeyframe as hf\nhf.write("merged", ${rows})`);
  await write('[{"id": 1, "v": "a"}, {"id": 2, "v": "b"}]');
  const { output } = await write('[{"id": 2, "v": "c"}, {"id": 3, "v": "d"}]');
  expect(output.datasets).toMatchObject([{ rows: 2, inserted: 1, updated: 1 }]);
  expect(await ground.rows(`select id, v from ${ground.schema}.merged order by id`)).toEqual([
    [1, 'a'],
    [2, 'c'],
    [3, 'd'],
  ]);
});

test('no rows replace all rows, and need a table or types', async () => {
  await ground.addDataset('emptied', { sql: 'select 1 as id' });
  await ground.addDataset('fresh');
  await ground.run(`import honeyframe as hf
hf.write("emptied", [])
hf.write("fresh", [], types={"id": "bigint"})`);
  expect(await ground.rows(`select * from ${ground.schema}.emptied`)).toEqual([]);
  expect(await ground.types('fresh')).toEqual({ id: 'bigint' });
  await ground.addDataset('unknown');
  const { reason } = await ground.failure(`import honeyframe as hf; hf.write("unknown", [])`);
  expect(reason).toMatch(/no rows for unknown, and so no columns/);
});

test('refusals name what is wrong, and the code may go on', async () => {
  await ground.addDataset('plain', { sql: 'select 1 as id' });
  const other = await ground.pool.query(
    `insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
     select org_id, 'other', 'Other', owner_user_id, 'wh_other' from project limit 1 returning id`,
  );
  await ground.addDataset('foreign', { projectId: other.rows[0].id });
  const { output } = await ground.run(`import honeyframe as hf
said = []
for attempt in (lambda: hf.read("foreign"), lambda: hf.read("plain", ["nope"]), lambda: hf.write("plain", [{"id": "x"}]),
                lambda: hf.write("plain", [{"id": 1}] * 1000 + [{"third": 1}]), lambda: hf.output("x" * 2_000_000),
                lambda: hf.write("plain", [{"id": 1}], types={"id": "integer; drop table x"}),
                lambda: hf.write("plain", [{"id": float("inf")}]), lambda: hf.write("plain", [1])):
    try:
        attempt()
        said.append("nothing")
    except Exception as error:
        said.append(f"{type(error).__name__}: {error}")
hf.output(said)`);
  expect(output).toMatchObject({
    datasets: [],
    value: [
      'Error: There is no dataset "foreign" in this project.',
      'Error: Dataset plain has no column nope; it has id.',
      expect.stringMatching(/^Error: .*column id is integer in the warehouse and now text/),
      expect.stringMatching(
        /^ValueError: row 1001 has a column that the first 1000 rows have not: third/,
      ),
      expect.stringMatching(/^Error: An output is 1 MB at most/),
      expect.stringMatching(/^Error: .*type that a column/),
      expect.stringMatching(/infinity cannot be stored/),
      'TypeError: row 1 is a int; write takes dicts',
    ],
  });
  expect(await ground.rows(`select * from ${ground.schema}.plain`)).toEqual([[1]]);
  expect(await ground.stagingTables()).toEqual([]);
});

test('an exception is the reason, what went wrong first and then where', async () => {
  const { reason, lines } = await ground.failure(`def score(row):
    return 1 / row

score(0)`);
  expect(reason.split('\n')[0]).toBe('ZeroDivisionError: division by zero');
  expect(reason).toContain('File "step.py", line 2, in score\n    return 1 / row');
  expect(reason).not.toContain('runner.py');
  expect(lines).toContain('Traceback (most recent call last):');
  // Of code that Python does not even read, too.
  expect((await ground.failure('print("a"\nx = 1')).reason).toMatch(
    /^SyntaxError: .+\n +File "step.py", line 1\n/,
  );
  expect((await ground.failure('import sys; sys.exit("no data")')).reason).toBe(
    'the code ended itself with no data',
  );
  expect((await ground.failure('import os; os._exit(0)')).reason).toMatch(/ended before the code/);
  await ground.run('import sys; sys.exit(0)');
});

test('what was written before an exception is not published', async () => {
  await ground.addDataset('half', { sql: 'select 1 as id' });
  await ground.failure(`import honeyframe as hf
hf.write("half", [{"id": 2}])
raise RuntimeError("no")`);
  await ground.failure(`import honeyframe as hf, os
def rows():
    yield {"id": 3}
    os._exit(3)
hf.write("half", rows())`);
  expect(await ground.rows(`select id from ${ground.schema}.half`)).toEqual([[1]]);
  expect(await ground.stagingTables()).toEqual([]);
});

test('progress is told, the last of it always', async () => {
  await using step = await ground.newStep();
  const code = `import honeyframe as hf
for done in range(1, 1001): hf.progress(done, 1000, "customers")`;
  expect(await ground.execute(step, { code })).toMatchObject({ outcome: 'succeeded' });
  expect(step.progress.at(-1)).toEqual({ done: 1000, total: 1000, note: 'customers' });
  expect(step.progress.length).toBeLessThan(100);
});

test('a recipe runs by slug or id, and keeps how it went', async () => {
  const id = await ground.addRecipe('scoring', 'python', 'raise ValueError(1)');
  await using step = await ground.newStep(await ground.newRun());
  expect(await ground.execute(step, { recipe: id })).toMatchObject({
    outcome: 'failed',
    reason: expect.stringMatching(/^ValueError: 1\n +File "scoring.py", line 1/),
  });
  const state = () =>
    ground.rows('select build_state, split_part(build_message, chr(10), 1) from recipe');
  expect(await state()).toEqual([['failed', 'ValueError: 1']]);
  await ground.pool.query(`update recipe set code = 'print(1)'`);
  await using again = await ground.newStep(await ground.newRun());
  await again.publish(await ground.execute(again, { recipe: 'scoring' }));
  expect(await state()).toEqual([['succeeded', null]]);
});
