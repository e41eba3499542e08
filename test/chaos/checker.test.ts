import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf } from '#test/support/imports.ts';
import { exclusions } from '../../bench/chaos/check/calendars.ts';
import { coverDues } from '../../bench/chaos/check/coverage.ts';
import { expectedDues } from '../../bench/chaos/check/due-times.ts';
import { pauseStates, surelyPaused } from '../../bench/chaos/check/states.ts';
import type { ScenarioHistory } from '../../bench/chaos/history.ts';

test('the checker loads nothing of the scheduler, so that it cannot share its mistakes', () => {
  const folder = 'bench/chaos/check';
  const imports = readdirSync(join(import.meta.dirname, '../..', folder)).flatMap((file) =>
    importsOf(`${folder}/${file}`).map(({ specifier }) => specifier),
  );
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter((specifier) => !specifier.startsWith('./'))).toEqual([]);
});

test('around an edit a due time counts as the old or the new trigger had it, elsewhere it must be decided', () => {
  const every = (everyMs: number) => ({ kind: 'interval' as const, everyMs, anchorMs: 0 });
  const dues = expectedDues(
    [
      { fromMs: 0, untilMs: 0, rule: every(1000) },
      { fromMs: 2500, untilMs: 6000, rule: every(2000) },
      { fromMs: 8000, untilMs: 8000, rule: { kind: 'never' } },
    ],
    20_000,
  );
  expect(dues.map(({ ms, kind }) => `${ms} ${kind}`)).toEqual([
    '1000 sure',
    '2000 sure',
    '3000 old',
    '4000 sure',
    '5000 old',
    '6000 sure',
    '8000 sure',
  ]);
});

test('a due time that no decision covers, and one that two do, are both found', () => {
  const dues = [1000, 2000, 3000].map((ms) => ({ ms, kind: 'sure' as const, edit: 0 }));
  const tick = (id: number, dueMs: number) =>
    ({ id, dueMs, untilMs: dueMs, count: 1 }) as Parameters<typeof coverDues>[1][number];
  const { undecided, problems } = coverDues(dues, [tick(1, 1000), tick(2, 1000), tick(3, 3000)]);
  expect(undecided.map(({ ms }) => ms)).toEqual([2000]);
  expect(problems[0]).toMatch(/tick 2 decides .* again/);
});

test('a pause for a time holds up to its end, and after it nobody knows until it was resumed', () => {
  const pause = { fromMs: 100, untilMs: 110, paused: true, endsMs: 5000 };
  const scenario = { switches: [pause] } as Partial<ScenarioHistory> as ScenarioHistory;
  const states = pauseStates(scenario, [{ scenarioId: 1, paused: false, atMs: 6000 }]);
  const org = [{ fromMs: -Infinity, untilMs: -Infinity, paused: false, drains: false }];
  const paused = [50, 105, 1000, 4999, 5500, 7000].filter((ms) =>
    surelyPaused({ org }, states, ms),
  );
  expect(paused).toEqual([1000, 4999]);
});

test('while a calendar changes either answer may have been read, before and after only one', () => {
  const open = { dates: [], weekdays: [] };
  const history = {
    dayOffsetMs: 3_600_000,
    calendars: [
      { fromMs: -Infinity, untilMs: -Infinity, name: 'x', days: open },
      { fromMs: 900, untilMs: 1000, name: 'x', days: { ...open, dates: ['1970-01-02'] } },
    ],
  };
  // 23:30 in Greenwich, the next day in the calendar's zone.
  const atMs = 23.5 * 3_600_000;
  const read = (fromMs: number, untilMs: number) => [
    ...exclusions(history, 'x', atMs, fromMs, untilMs),
  ];
  expect([read(0, 800), read(800, 950), read(1001, 2000)]).toEqual([
    [false],
    [false, true],
    [true],
  ]);
});
