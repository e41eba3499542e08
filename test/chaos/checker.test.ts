import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf } from '#test/support/imports.ts';
import { expectedDues } from '../../bench/chaos/check/due-times.ts';

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
