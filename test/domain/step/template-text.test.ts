/** Templates: found, checked, filled in, never evaluated. */
import { z } from 'zod';
import { expect, test } from 'vitest';
import { checkConfig, resolveConfig } from '#domain/step/config.ts';
import type { StepKind } from '#domain/step/kind.ts';
import { templateProblems } from '#domain/step/template-check.ts';
import { resolve, type TemplateScope } from '#domain/step/template-text.ts';

const scope: TemplateScope = {
  param: { table: 'orders', limit: 5, list: ['a', 'b'], nothing: null, nested: { deep: true } },
  project: { id: 1, slug: 'sales', name: 'Sales', timezone: 'UTC', owner_email: 'o@example.com' },
  run: { id: 9, due_at: '2026-01-01T00:00:00Z', source: 'schedule' },
  steps: { 'Load orders': { output: { rows: 12, files: [{ name: 'x.csv' }] } } },
};
const filled = (value: unknown) => resolve(value, scope);
const known = { earlierSteps: ['load'], allSteps: ['load', 'send'] };
const faults = (value: unknown) =>
  templateProblems(value, ['at'], known).map(({ message }) => message);

test('a reference that is the whole text keeps its type, inside a text it is written out', () => {
  expect(
    filled({
      a: '{{ param.limit }}',
      b: ['{{param.list}}', '{{ param.nested.deep }}'],
      c: 'top {{ param.limit }} of {{ project.slug }}: {{ param.list }}{{ param.nothing }}',
      d: '{{ steps.Load orders.output.files.0.name }}',
      e: 3,
    }),
  ).toEqual({
    value: {
      a: 5,
      b: [['a', 'b'], true],
      c: 'top 5 of sales: ["a","b"]',
      d: 'x.csv',
      e: 3,
    },
    problems: [],
  });
});

test('only own properties of plain data are reached, and nothing is evaluated', () => {
  const texts = [
    '{{ param.constructor }}',
    '{{ param.__proto__ }}',
    '{{ param.list.length }}',
    '{{ param.table.length }}',
    '{{ param.limit.toFixed }}',
    '{{ steps.Load orders.output.files.name }}',
    '{{ param.missing }}',
    '{{ 1 + 1 }}',
  ];
  const { value, problems } = filled(texts);
  expect(value).toEqual(texts);
  expect(problems.map(({ path }) => path)).toEqual(texts.map((_, index) => [index]));
});

test('what a parameter holds is not read as a template again', () => {
  const sly = { ...scope, param: { text: '{{ project.owner_email }}' } };
  expect(resolve('{{ param.text }}!', sly).value).toBe('{{ project.owner_email }}!');
});

test.each([
  ['{{ param.x }}', []],
  ['{{ project.owner_email }} {{ run.due_at }} {{ steps.load.output.rows }}', []],
  ['no template at all }}', []],
  ['{{ param.x', ['not closed']],
  ['{{ }}', ['no path']],
  ['{{ param..x }}', ['no path']],
  ['{{ parm.x }}', ['did you mean "param"?']],
  ['{{ param }}', ['names no parameter']],
  ['{{ project.owner_mail }}', ['did you mean "owner_email"?']],
  ['{{ run.id.x }}', ['names no field of the run']],
  ['{{ steps.lod.output.rows }}', ['did you mean "load"?']],
  ['{{ steps.send.output.rows }}', ['does not end before']],
  ['{{ steps.load.rows }}', ['names no output']],
  [{ a: ['{{ x.y }}', '{{ z.y }}'] }, ['starts with "x"', 'starts with "z"']],
])('the templates of %j: %j', (value, expected) => {
  const found = faults(value);
  expect(found).toHaveLength(expected.length);
  for (const [index, words] of expected.entries()) expect(found[index]).toContain(words);
});

const kind: StepKind = {
  kind: 'copy',
  description: '',
  config: z.strictObject({
    table: z.union([z.string(), z.int()]).describe('what to copy'),
    limit: z.int().max(10).default(3),
    to: z.array(z.email()).min(1).optional(),
  }),
  load: async () => async () => ({ outcome: 'succeeded', output: null }),
};
const check = (config: Record<string, unknown>) => checkConfig(kind, config, known, ['steps', 0]);

test('a template is exempt from the strict form, what stands beside it is not', () => {
  expect(check({ table: 'a', limit: '{{ param.n }}', to: ['{{ project.owner_email }}'] })).toEqual({
    problems: [],
    settled: { table: 'a' },
  });
  const { problems, settled } = check({
    table: '{{ param.t }}',
    limit: 'x',
    to: ['{{ a.b }}', 'c'],
  });
  expect(problems.map(({ path }) => path)).toEqual([
    ['steps', 0, 'limit'],
    ['steps', 0, 'to', 1],
    ['steps', 0, 'to', 0],
  ]);
  expect(settled).toEqual({});
});

test('defaults are filled into what is settled', () => {
  expect(check({ table: 7 })).toEqual({ problems: [], settled: { table: 7, limit: 3 } });
});

test('problems say what was found, what is expected and what was probably meant', () => {
  const { problems } = check({ tabl: 'a', limit: 11, to: [], retrys: {} });
  expect(problems.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
    'steps.0.table: is missing; expected text or a number (what to copy)',
    'steps.0.limit: is at most 10',
    'steps.0.to: has at least 1 entry',
    expect.stringContaining('steps.0.tabl: field "tabl" is unknown; did you mean "table"?'),
    expect.stringContaining('steps.0.retrys: field "retrys" is unknown; did you mean "retries"?'),
  ]);
});

test('a filled-in configuration is parsed strictly', () => {
  expect(resolveConfig(kind, { table: '{{ param.table }}' }, scope, [])).toEqual({
    config: { table: 'orders', limit: 3 },
    problems: [],
  });
  const bad = resolveConfig(kind, { table: 'a', limit: '{{ param.table }}' }, scope, ['steps', 1]);
  expect(bad.problems).toEqual([
    { path: ['steps', 1, 'limit'], message: 'is text; expected a number', value: 'orders' },
  ]);
});
