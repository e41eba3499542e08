import { expect, test } from 'vitest';
import { chooseEncoding } from '../../src/static-file.ts';

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0, *', 'gzip'],
  ['*', 'br'],
  ['identity', null],
  ['gzip;q=0, br;q=0', null],
  ['', null],
  [undefined, null],
])('of %j the best form is %s', (header, best) => {
  expect(chooseEncoding(header, ['br', 'gzip'])).toBe(best);
});

test('a form that does not exist is not chosen', () => {
  expect(chooseEncoding('br, gzip', ['gzip'])).toBe('gzip');
  expect(chooseEncoding('br', [])).toBeNull();
});
