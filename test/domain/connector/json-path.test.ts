import { expect, test } from 'vitest';
import { parsePath, valueAt } from '#domain/connector/json-path.ts';

test.each([
  ['$', []],
  ['', []],
  ['data.items', ['data', 'items']],
  ['$.data[0].id', ['data', 0, 'id']],
  ['[2]', [2]],
  ["$['a.b'].c", ['a.b', 'c']],
  ['["it\\"s"]', ['it"s']],
])('%s is read step by step', (text, path) => {
  expect(parsePath(text)).toEqual(path);
});

test.each(['a..b', 'a[', 'a[x]', 'a b', '$..a', 'a[*]'])('%s is no path', (text) => {
  expect(parsePath(text)).toBeNull();
});

test('only own fields are found', () => {
  const document = { a: [{ b: 1 }], __proto__: { inherited: 1 } };
  expect(valueAt(document, parsePath('a[0].b')!)).toBe(1);
  for (const path of ['inherited', 'constructor', 'a.length.x', 'a[1]', 'a[0].b.c']) {
    expect(valueAt(document, parsePath(path)!), path).toBeUndefined();
  }
});
