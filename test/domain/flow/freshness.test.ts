import { expect, test } from 'vitest';
import { judge, type Dated, type Edge } from '#domain/flow/freshness.ts';

const at = (minute: number | null) => (minute === null ? null : new Date(minute * 60_000));
const node = (key: string, writtenAt: number | null, more: Partial<Dated> = {}): Dated => ({
  ...{ key, name: key, writtenAt: at(writtenAt), changedAt: null, isView: false },
  ...more,
});
const reads = (from: string, to: string): Edge => ({ from, to, kind: 'reads' });
const words = (nodes: Dated[], edges: Edge[]) =>
  Object.fromEntries(
    [...judge(nodes, edges)].map(([key, { freshness, why }]) => [
      key,
      why === null ? freshness : `${freshness}: ${why}`,
    ]),
  );

test('what was written before what it reads is stale, and so is all behind it', () => {
  const nodes = [node('raw', 5), node('clean', 3), node('mart', 9), node('other', 1)];
  expect(words(nodes, [reads('raw', 'clean'), reads('clean', 'mart')])).toEqual({
    raw: 'fresh',
    clean: 'stale: raw was written after it',
    mart: 'stale: clean is stale',
    other: 'fresh',
  });
});

test('what reads something that was never written is stale; what was never written is just that', () => {
  const nodes = [node('raw', null), node('clean', 3), node('mart', null)];
  expect(words(nodes, [reads('raw', 'clean'), reads('clean', 'mart')])).toEqual({
    raw: 'never',
    clean: 'stale: raw was never written',
    mart: 'never',
  });
});

test('an edited definition is stale until it is built', () => {
  const nodes = [node('a', 3, { changedAt: at(4) }), node('b', 5, { changedAt: at(4) })];
  expect(words(nodes, [])).toEqual({
    a: 'stale: it was changed after it was last built',
    b: 'fresh',
  });
});

test('a writer and what it writes are of one age', () => {
  const nodes = [node('recipe', 5), node('output', 4)];
  const edges: Edge[] = [{ from: 'recipe', to: 'output', kind: 'writes' }];
  expect(words(nodes, edges)).toEqual({ recipe: 'fresh', output: 'fresh' });
});

test('a view is as fresh as what it reads', () => {
  const view = { isView: true };
  const nodes = [node('raw', 5), node('good', null, view), node('alone', null, view)];
  expect(words(nodes, [reads('raw', 'good')])).toEqual({
    raw: 'fresh',
    good: 'fresh',
    alone: 'none',
  });
});

test('circles end', () => {
  const nodes = [node('a', 5), node('b', 5)];
  expect(words(nodes, [reads('a', 'b'), reads('b', 'a')])).toEqual({ a: 'fresh', b: 'fresh' });
});
