/** The console's list of scenarios against a server that changes while it is read: whatever happens between pages, in
 *  the end the list is what the server would list. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Filters } from '../../src/console/screens/scenarios/filters.ts';
import { createRoster, matches, type Row } from '../../src/console/screens/scenarios/roster.ts';

const ORDERS = ['NAME', 'NEXT_DUE', 'NEWEST'] as const;
const STATES = ['ACTIVE', 'PAUSED', 'DISABLED', 'BROKEN'] as const;
const all: Filters = { text: '', state: null, kind: null, order: 'NAME' };

const rowOf = (databaseId: number, more: Partial<Row> = {}): Row => ({
  id: `Scenario:${databaseId}`,
  databaseId,
  slug: `s-${databaseId}`,
  name: 'a name',
  description: '',
  state: 'ACTIVE',
  nextDueAt: null,
  zone: 'UTC',
  stepKinds: ['sync_dataset'],
  trigger: null,
  pause: null,
  broken: null,
  ...more,
});

/** In the order of the server, by the plain rule. */
function sorted(rows: readonly Row[], order: Filters['order']): Row[] {
  const due = (row: Row) => (row.nextDueAt ? Date.parse(row.nextDueAt) : Infinity);
  return rows.toSorted((a, b) => {
    if (order === 'NEWEST') return b.databaseId - a.databaseId;
    const [x, y] = order === 'NAME' ? [a.name, b.name] : [due(a), due(b)];
    return x < y ? -1 : x > y ? 1 : a.databaseId - b.databaseId;
  });
}

const facts = fc.record({
  name: fc.constantFrom('apple', 'banana', 'cherry', 'date'),
  state: fc.constantFrom(...STATES),
  nextDueAt: fc.option(
    fc.integer({ min: 0, max: 5 }).map((s) => new Date(1_800_000_000_000 + s * 1000).toISOString()),
  ),
});
const step = fc.oneof(
  fc.record({ do: fc.constant('change' as const), id: fc.integer({ min: 1, max: 14 }), facts }),
  fc.record({ do: fc.constant('delete' as const), id: fc.integer({ min: 1, max: 14 }) }),
  fc.record({ do: fc.constant('page' as const), size: fc.integer({ min: 1, max: 4 }) }),
);

test('whatever changes while it is read, it is what the server would list', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ORDERS),
      fc.option(fc.constantFrom(...STATES)),
      fc.array(facts, { maxLength: 8 }),
      fc.array(step, { maxLength: 30 }),
      (order, state, first, steps) => {
        const filters = { ...all, order, state };
        const world = new Map(first.map((each, n) => [n + 1, rowOf(n + 1, each)]));
        const listed = () =>
          sorted(
            [...world.values()].filter((row) => matches(row, filters)),
            order,
          );
        const roster = createRoster(filters);
        let cursor: Row | undefined;
        const page = (size: number) => {
          // A cursor is a place in the order, not a row: the row that it was may have moved behind it.
          const keyOf = ({ id, name, nextDueAt }: Row) =>
            ({ NEWEST: id, NAME: `${name} ${id}`, NEXT_DUE: `${nextDueAt} ${id}` })[order];
          const rest = listed().filter((row) => {
            if (!cursor) return true;
            return keyOf(row) !== keyOf(cursor) && sorted([cursor, row], order)[0] === cursor;
          });
          roster.add(rest.slice(0, size), rest.length <= size);
          cursor = rest[Math.min(size, rest.length) - 1] ?? cursor;
        };
        for (const each of steps) {
          if (each.do === 'page') {
            if (!roster.isComplete) page(each.size);
          } else if (each.do === 'delete') {
            if (world.delete(each.id)) roster.change([], [`Scenario:${each.id}`]);
          } else {
            world.set(each.id, rowOf(each.id, each.facts));
            roster.change([world.get(each.id)!]);
          }
        }
        while (!roster.isComplete) page(3);
        expect(roster.rows).toEqual(listed());
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a change of a row that nobody has read yet comes with its page, once', () => {
  const roster = createRoster({ ...all, order: 'NEWEST' });
  roster.add([rowOf(9), rowOf(8)], false);
  roster.change([rowOf(3, { name: 'changed' })]);
  expect(roster.rows.map(({ databaseId }) => databaseId)).toEqual([9, 8]);
  roster.add([rowOf(3, { name: 'changed' })], true);
  roster.change([rowOf(10)]);
  expect(roster.rows.map(({ databaseId }) => databaseId)).toEqual([10, 9, 8, 3]);
});

test('it finds part of a name, slug or description, in any case', () => {
  const row = rowOf(1, { name: 'Nightly Orders', slug: 'orders', description: 'Für den Einkauf' });
  const has = (text: string) => matches(row, { ...all, text });
  expect(['nightly', 'ORDERS', 'für', 'x'].map(has)).toEqual([true, true, true, false]);
  expect(matches(row, { ...all, kind: 'probe' })).toBe(false);
  expect(matches(row, { ...all, state: 'PAUSED' })).toBe(false);
});
