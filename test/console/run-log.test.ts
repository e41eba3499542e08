import { expect, test } from 'vitest';
import { createLogBook, logText, type Line } from '../../src/console/screens/run/log-book.ts';
import {
  createFinder,
  nextMatch,
  splitAtMatches,
} from '../../src/console/screens/run/log-search.ts';
import type { Event } from '../../src/console/screens/run/run-view.ts';

const AT = '2026-11-25T12:00:00.000Z';
const log = (seq: number, pos: number, ...texts: string[]): Event => ({
  seq,
  type: 'log',
  at: AT,
  payload: { pos, lines: texts.map((text) => ({ at: AT, level: 'info', text })) },
});
const lines = (...texts: string[]): Line[] =>
  texts.map((text) => ({ at: AT, level: 'info', text, pos: 0 }));
const textsOf = (list: readonly Line[]) => list.map(({ text }) => text);

test('lines are taken once, in order, of all steps and of each, however often the book is shown its events', () => {
  const book = createLogBook();
  const events = [log(1, 0, 'a', 'b'), { ...log(2, 0), type: 'run.started' }, log(3, 1, 'c')];
  for (let n = 0; n <= events.length; n++) book.take(events.slice(0, n));
  book.take(events);
  expect(textsOf(book.lines(null))).toEqual(['a', 'b', 'c']);
  expect(textsOf(book.lines(0))).toEqual(['a', 'b']);
  expect(textsOf(book.lines(1))).toEqual(['c']);
  expect(book.lines(7)).toEqual([]);
});

test('after a gap in the events the book begins anew', () => {
  const book = createLogBook();
  book.take([log(1, 0, 'old'), log(2, 0, 'older')]);
  book.take([]);
  book.take([log(9, 0, 'new')]);
  expect(textsOf(book.lines(null))).toEqual(['new']);
  expect(book.widest).toBe(3);
});

test('a search finds in any case, takes signs as they are, and goes on where it ended', () => {
  const finder = createFinder();
  const list = lines('Load [a.b]', 'other', 'load [axb]');
  expect(finder.find(list, '')).toEqual([]);
  expect(finder.find(list, 'LOAD')).toEqual([0, 2]);
  expect(finder.find(list, '[a.b]')).toEqual([0]);
  const found = finder.find(list, 'load');
  expect(finder.find(list, 'load')).toBe(found);
  list.push(...lines('reload'));
  expect(finder.find(list, 'load')).toEqual([0, 2, 3]);
});

test('matches are visited in order from what is in sight, both ways and around the end', () => {
  const matches = [3, 10, 20];
  expect(nextMatch(matches, null, 5, 1)).toBe(1);
  expect(nextMatch(matches, null, 25, 1)).toBe(0);
  expect(nextMatch(matches, null, 5, -1)).toBe(0);
  expect(nextMatch(matches, null, 0, -1)).toBe(2);
  expect(nextMatch(matches, 2, 0, 1)).toBe(0);
  expect(nextMatch(matches, 0, 0, -1)).toBe(2);
  expect(nextMatch([], null, 0, 1)).toBeNull();
});

test('a line is split at its matches, which stand at the odd places', () => {
  expect(splitAtMatches('one ONE two', 'one')).toEqual(['', 'one', ' ', 'ONE', ' two']);
  expect(splitAtMatches('two', 'one')).toEqual(['two']);
  expect(splitAtMatches('two', '')).toEqual(['two']);
});

test('as text each line tells its time, step and level', () => {
  expect(logText(lines('done'), () => 'load')).toBe(`${AT} load INFO done\n`);
});
