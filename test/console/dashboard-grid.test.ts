/** Where cards of a dashboard lie while they are moved. */
import { expect, test } from 'vitest';
import { below, clamped, put, type Place } from '../../src/console/screens/dashboards/edit/grid.ts';

const card = (key: string, x: number, y: number, w: number, h: number) => ({
  key,
  place: { x, y, w, h },
});
const places = (cards: readonly { key: string; place: Place }[]) =>
  Object.fromEntries(cards.map(({ key, place: { x, y, w, h } }) => [key, [x, y, w, h]]));

test('a card stays within the columns, and has at least one of them', () => {
  expect(clamped({ x: -3, y: -1, w: 0, h: 0 })).toEqual({ x: 0, y: 0, w: 1, h: 1 });
  expect(clamped({ x: 11, y: 2, w: 6, h: 99 })).toEqual({ x: 6, y: 2, w: 6, h: 40 });
  expect(clamped({ x: 4, y: 5_000, w: 20, h: 2 })).toEqual({ x: 0, y: 999, w: 12, h: 2 });
});

test('what lies in the way of a card slides down, one after the other, and nothing else moves', () => {
  const cards = [card('a', 0, 0, 6, 2), card('b', 6, 0, 6, 2), card('c', 6, 2, 6, 2)];
  expect(places(put(cards, 'a', { x: 6, y: 0, w: 6, h: 1 }))).toEqual({
    a: [6, 0, 6, 1],
    b: [6, 1, 6, 2],
    c: [6, 3, 6, 2],
  });
  expect(places(put(cards, 'a', { x: 0, y: 5, w: 6, h: 2 }))).toMatchObject({
    b: [6, 0, 6, 2],
    c: [6, 2, 6, 2],
  });
});

test('a new card has the first row below all others', () => {
  expect(below([])).toBe(0);
  expect(below([card('a', 0, 0, 6, 2), card('b', 6, 1, 6, 4)])).toBe(5);
});
