/** What dbt says and writes of its nodes, as we read it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNodes, reconcile, type BuiltNode } from '#domain/recipe/build-nodes.ts';
import { readEvent } from '#domain/recipe/dbt-event.ts';
import { lineOf, mayPass, reasonOf } from '#domain/recipe/words.ts';

const about = (name: string, type = 'model') => ({
  ...{ unique_id: `${type}.honeyframe.${name}`, node_name: name, resource_type: type },
});
const line = (name: string, data: object, level = 'info', msg = '') =>
  JSON.stringify({ info: { name, level, msg }, data });
const begins = (name: string, total: number) =>
  line('LogStartLine', { node_info: about(name), total });
const ends = (name: string, run_result: object) =>
  line('NodeFinished', { node_info: about(name), run_result }, 'debug');

test('lines that are no events of ours are passed over, whatever they are', () => {
  const others = [
    '',
    'Traceback (most recent call last):',
    '{"info": {"name": "Ls',
    '{}',
    '[1]',
    'null',
  ];
  for (const each of others) expect(readEvent(each)).toBeNull();
  expect(readEvent(line('SQLQuery', { sql: 'select 1' }, 'debug'))).toBeNull();
  expect(readEvent(line('DepsUpToDate', {}, 'info', 'all is well'))).toBeNull();
  expect(readEvent(line('MainEncounteredError', {}, 'error', 'no such model\n'))).toEqual({
    type: 'said',
    level: 'error',
    text: 'no such model',
  });
});

test('nodes are followed from their beginning to their end', () => {
  const nodes = createNodes();
  const take = (text: string) => nodes.take(readEvent(text)!);
  expect(take(begins('a', 2))).toMatchObject({ name: 'a', status: 'running' });
  expect([nodes.ended, nodes.total]).toEqual([0, 2]);
  const done = {
    status: 'success',
    message: 'SELECT 7',
    execution_time: 0.25,
    adapter_response: { code: 'SELECT', rows_affected: 7 },
  };
  expect(take(ends('a', done))).toMatchObject({
    status: 'success',
    rows: 7,
    seconds: 0.25,
    message: null,
  });
  // Told twice, counted once.
  take(ends('a', done));
  take(ends('b', { status: 'skipped', message: '' }));
  expect([nodes.ended, nodes.total]).toEqual([2, 2]);
  expect(nodes.list().map(({ name, status }) => [name, status])).toEqual([
    ['a', 'success'],
    ['b', 'skipped'],
  ]);
});

test('a view has no rows of its own', () => {
  const view = ends('v', {
    status: 'success',
    adapter_response: { code: 'CREATE VIEW', rows_affected: -1 },
  });
  expect(readEvent(view)).toMatchObject({ rows: null });
});

test('what dbt wrote counts; of what it broke off the last that was seen', async () => {
  const target = await mkdtemp(join(tmpdir(), 'hf-nodes-'));
  try {
    const seen = [
      node({ name: 'a', status: 'success', seconds: 9 }),
      node({ name: 'b', status: 'running' }),
    ];
    expect(await reconcile(target, seen)).toMatchObject([
      { name: 'a', status: 'success', seconds: 9 },
      { name: 'b', status: 'unknown' },
    ]);
    const results = [
      {
        unique_id: 'model.honeyframe.a',
        status: 'error',
        message: 'Database Error in model a (models/a.sql)\n  boom\n  compiled code at /tmp/x.sql',
        execution_time: 1,
      },
    ];
    await writeFile(join(target, 'run_results.json'), JSON.stringify({ results }));
    const nodes = {
      'model.honeyframe.a': {
        name: 'a',
        resource_type: 'model',
        original_file_path: 'models/a.sql',
        relation_name: '"x"',
        alias: 'a_1',
        depends_on: { nodes: [] },
      },
    };
    await writeFile(join(target, 'manifest.json'), JSON.stringify({ nodes }));
    const [a] = await reconcile(target, seen);
    expect(a).toMatchObject({ status: 'error', seconds: 1, file: 'models/a.sql', table: 'a_1' });
    expect(reasonOf([a!])).toBe('Model a (models/a.sql): boom');
  } finally {
    await rm(target, { recursive: true, force: true });
  }
});

test('a node is one line, and a failure begins with the node that failed', () => {
  expect(lineOf(node({ status: 'success', rows: 1, seconds: 0.26 }))).toBe(
    'a: built, 1 row in 0.3 s',
  );
  expect(
    lineOf(node({ type: 'test', status: 'warn', rows: 2, seconds: 1, message: 'Got 2 results' })),
  ).toBe('test a: warn in 1.0 s: Got 2 results');
  expect(lineOf(node({ status: 'error' }))).toBe('a: error: dbt does not say why');
  expect(reasonOf([node({ status: 'success' }), node({ status: 'skipped' })])).toBeNull();
  const many = ['a', 'b', 'c', 'd'].map((name) =>
    node({ name, status: 'error', message: `${name} broke` }),
  );
  expect(reasonOf([...many, node({ status: 'skipped' })])).toBe(
    'Model a: a broke\nModel b: b broke\nModel c: c broke\n1 more failed.\n1 that read from what failed was skipped.',
  );
});

test('only what may pass by itself is tried again', () => {
  expect(mayPass('Model a: server closed the connection unexpectedly')).toBe(true);
  expect(mayPass('Model a: deadlock detected')).toBe(true);
  expect(mayPass('Model a: division by zero')).toBe(false);
});

function node(given: Partial<BuiltNode>): BuiltNode {
  const { name = 'a', type = 'model' } = given;
  const id = `${type}.honeyframe.${name}`;
  const nothing = { rows: null, seconds: null, message: null, file: null, table: null, reads: [] };
  return { id, name, type, status: 'success', ...nothing, ...given };
}
