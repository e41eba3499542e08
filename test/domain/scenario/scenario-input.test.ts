/** What a person may write, and what they are told about everything else. */
import { expect, test } from 'vitest';
import { readNewScenario, readPatch } from '#domain/scenario/scenario-input.ts';
import { slugOf, freeSlug } from '#domain/scenario/slug.ts';
import { NOTE, tinyKinds } from '#test/support/tiny-kinds.ts';

const read = (wire: unknown) => readNewScenario(wire, tinyKinds);
const scenario = (more: object) => ({ name: 'Nightly', steps: [NOTE], ...more });
const told = (wire: unknown) =>
  read(wire).problems.map(({ path, message }) => `${path.join('.')}: ${message}`);

test('steps get names of their own, and keep their configuration as written', () => {
  const copy = { kind: 'copy_table', dataset: '{{ param.table }}' };
  const { input, problems } = read(
    scenario({
      steps: [copy, { ...copy, name: 'Second one' }, copy, { ...NOTE, parallel: false }],
    }),
  );
  expect(problems).toEqual([]);
  expect(input.steps?.map(({ wire }) => wire)).toEqual([
    { ...copy, name: 'copy_table' },
    { ...copy, name: 'Second one' },
    { ...copy, name: 'copy_table_2' },
    { ...NOTE, name: 'send_note', parallel: false },
  ]);
});

test('a template may name the output of an earlier step only', () => {
  const text = (name: string) => ({ ...NOTE, text: `{{ steps.${name}.output.rows }}` });
  const copy = { kind: 'copy_table', dataset: 'a', name: 'load' };
  expect(told(scenario({ steps: [copy, text('load')] }))).toEqual([]);
  expect(told(scenario({ steps: [text('load'), copy] }))).toEqual([
    expect.stringContaining(
      'steps.0.text: {{ steps.load.output.rows }} names a step that does not end',
    ),
  ]);
  const beside = (step: object) => ({ ...step, parallel: true });
  expect(told(scenario({ steps: [beside(copy), beside(text('load'))] }))).toHaveLength(1);
  expect(told(scenario({ steps: [beside(copy), beside(NOTE), text('load')] }))).toEqual([]);
});

test('policies may stand beside the other fields or under policies, not in both places', () => {
  const { input, problems } = read(
    scenario({ overlap: 'allow', policies: { timeout: 'PT90M', priority: null } }),
  );
  expect(problems).toEqual([]);
  expect(input.policies).toEqual({ overlap: 'allow', timeout: '90m', priority: null });
  expect(told(scenario({ overlap: 'allow', policies: { overlap: 'skip' } }))).toEqual([
    expect.stringContaining('overlap: overlap stands here and under policies'),
  ]);
});

test('every trigger, policy and step field is accepted', () => {
  const retries = { max: 2 };
  const policies = {
    overlap: 'buffer_one',
    catchup: 'all',
    max_catchup_runs: 5,
    jitter: '1m',
    start_deadline: '1h',
    late_after: '1h',
    pause_after_failures: 3,
    calendar: 'holidays',
    notify: { recovery: false },
  };
  const step = { parallel: true, transactional: false, run_if: 'always', timeout: '1m', retries };
  const trigger = { upstream: ['other'] };
  expect(told(scenario({ trigger, ...policies, steps: [{ ...NOTE, ...step }] }))).toEqual([]);
});

test('the defaults may be written out, null meaning none', () => {
  const defaults = {
    overlap: 'skip',
    catchup: 'last',
    catchup_window: '1d',
    max_catchup_runs: 100,
    jitter: '0s',
    start_deadline: null,
    timeout: '6h',
    late_after: null,
    pause_after_failures: 0,
    calendar: null,
    priority: 0,
    notify: null,
  };
  const step = { ...NOTE, parallel: false, transactional: true, run_if: 'success', retries: null };
  expect(told(scenario({ policies: defaults, steps: [step] }))).toEqual([]);
});

test('everything wrong is told at once, with its place and a remedy', () => {
  const found = told({
    slug: 'Not A Slug',
    descripton: 'typo',
    enabled: 'yes',
    trigger: { cron: '0 2 * *', timezone: 'Asia/Jakatra' },
    timeout: '5 minutes',
    priority: 1.5,
    policies: { overlap: 'skipp' },
    steps: [
      { kind: 'copy_tabel', dataset: 'a' },
      { kind: 'copy_table', name: 'a.b', datset: 'x' },
      { name: 'twice', ...NOTE },
      { name: 'twice', ...NOTE, recipients: ['nobody', '{{ projekt.owner_email }}'] },
      'copy_table',
    ],
  });
  expect(found).toEqual([
    expect.stringContaining(
      'descripton: field "descripton" is unknown; did you mean "description"?',
    ),
    expect.stringContaining('slug: has small letters'),
    expect.stringContaining('enabled: is text; expected true or false'),
    expect.stringContaining('trigger.cron: '),
    expect.stringContaining(
      'trigger.timezone: time zone "Asia/Jakatra" is unknown; did you mean "Asia/Jakarta"?',
    ),
    expect.stringContaining('policies.overlap: cannot be "skipp"; did you mean "skip"?'),
    expect.stringContaining('timeout: interval "5 minutes" cannot be read'),
    expect.stringContaining('priority: is 1.5; expected a whole number'),
    'steps.0.kind: kind "copy_tabel" is unknown; did you mean "copy_table"? known are copy_table, send_note',
    'steps.1.name: has no dots and no braces, so that templates can name it',
    'steps.4: a step is an object with a kind',
    expect.stringContaining('steps.3.name: another step is called "twice" already'),
    'steps.1.dataset: is missing; expected text (the slug of a dataset of this project)',
    expect.stringContaining('steps.1.datset: field "datset" is unknown; did you mean "dataset"?'),
    'steps.3.recipients.0: is no e-mail address, as in ada@example.com',
    expect.stringContaining(
      'steps.3.recipients.1: {{ projekt.owner_email }} starts with "projekt"; did you mean "project"?',
    ),
  ]);
});

test.each([
  [null, [': a scenario is an object with name, trigger and steps']],
  [
    {},
    [
      'name: is missing; give the scenario a name',
      'steps: is missing; a scenario has at least one step',
    ],
  ],
  [
    { name: '  ', steps: [] },
    [
      'name: has at least 1 character',
      expect.stringContaining('steps: steps is a list of 1 to 100'),
    ],
  ],
  [{ name: 'a\0b', steps: [NOTE] }, ['name: holds a NUL or half a surrogate pair; remove it']],
  [
    { name: 'x', trigger: { upstream: ['a\0b'] }, steps: [{ kind: 'copy_table', dataset: '\0' }] },
    [
      'trigger.upstream.0: holds a NUL or half a surrogate pair; remove it',
      'steps.0.dataset: holds a NUL or half a surrogate pair; remove it',
    ],
  ],
])('%j is no scenario', (wire, expected) => {
  expect(told(wire)).toEqual(expected);
});

test('recipients of a patch replace those of every step that sends mail', () => {
  const steps = [
    { kind: 'copy_table', name: 'copy', dataset: 'gone since' },
    { ...NOTE, name: 'note', text: 'hello' },
  ];
  const recipients = ['{{ project.owner_email }}', 'a@example.com'];
  const { input, problems } = readPatch({ recipients }, tinyKinds, steps);
  expect(problems).toEqual([]);
  expect(input.steps?.map(({ wire }) => wire)).toEqual([steps[0], { ...steps[1], recipients }]);
  expect(readPatch({ recipients: ['x'] }, tinyKinds, steps).problems).toEqual([
    { path: ['recipients', 0], message: 'is no e-mail address, as in ada@example.com', value: 'x' },
  ]);
  expect(readPatch({ recipients }, tinyKinds, steps.slice(0, 1)).problems).toEqual([
    { path: ['recipients'], message: expect.stringContaining('no step'), value: recipients },
  ]);
});

test('slugs are made from names, and numbered when taken', () => {
  expect(slugOf('Nächtlicher Abzug (EU)')).toBe('nachtlicher-abzug-eu');
  expect(slugOf('日報')).toBe('scenario');
  expect(slugOf('x'.repeat(300))).toHaveLength(100);
  expect(freeSlug('a', new Set(['a', 'a-2']))).toBe('a-3');
});
