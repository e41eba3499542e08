/** The difference of two texts: both can be put together again from it, and what is the same is never called changed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedPart, lineDifference, pairsOf } from '../../src/console/parts/line-difference.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 12 });
const textOf = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');

test('both texts come out of it again, with their line numbers', () => {
  fc.assert(
    fc.property(lines, lines, (old, now) => {
      const found = lineDifference(textOf(old), textOf(now));
      const before = found.filter(({ before: at }) => at !== null);
      const after = found.filter(({ after: at }) => at !== null);
      expect(before.map(({ text }) => text)).toEqual(old);
      expect(after.map(({ text }) => text)).toEqual(now);
      expect(before.map(({ before: at }) => at)).toEqual(old.map((_, at) => at + 1));
      expect(after.map(({ after: at }) => at)).toEqual(now.map((_, at) => at + 1));
    }),
  );
});

test('as many lines as can be are kept', () => {
  const longest = (a: readonly string[], b: readonly string[]): number => {
    if (a.length === 0 || b.length === 0) return 0;
    if (a[0] === b[0]) return 1 + longest(a.slice(1), b.slice(1));
    return Math.max(longest(a.slice(1), b), longest(a, b.slice(1)));
  };
  const few = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 });
  fc.assert(
    fc.property(few, few, (old, now) => {
      const same = lineDifference(textOf(old), textOf(now)).filter(({ kind }) => kind === 'same');
      expect(same.length).toBe(longest(old, now));
    }),
  );
});

test('lines that took the place of others stand beside them', () => {
  const pairs = pairsOf(lineDifference('a\nold 1\nold 2\nz\n', 'a\nnew 1\nz\n'));
  expect(pairs.map(({ before, after }) => [before?.text, after?.text])).toEqual([
    ['a', 'a'],
    ['old 1', 'new 1'],
    ['old 2', undefined],
    ['z', 'z'],
  ]);
});

test('the changed part of a line is whole words', () => {
  const [before, after] = ['cron: "30 2 * * *"', 'cron: "35 2 * * *"'];
  const [from, oldEnd, newEnd] = changedPart(before, after);
  expect([before.slice(from, oldEnd), after.slice(from, newEnd)]).toEqual(['30', '35']);
});
