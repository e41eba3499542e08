/** YAML files: where things stand in them, and that what is written reads back the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from '../../src/cli/files/difference.ts';
import { inOrder, type Configuration, type Plan } from '../../src/cli/files/plan.ts';
import { parse } from '../../src/cli/files/read.ts';
import { joinDocuments, toYaml } from '../../src/cli/files/write.ts';

const whole = (more: Partial<Configuration> = {}): Configuration => ({
  slug: 'nightly',
  name: 'Nightly',
  description: '',
  owner_user_id: 7,
  enabled: true,
  trigger: null,
  steps: [{ kind: 'probe', name: 'probe' }],
  policies: {},
  ...more,
});

describe('places', () => {
  const text = [
    'name: Nightly',
    'trigger:',
    '  cron: "61 2 * * *"',
    'steps:',
    '  - kind: sync_dataset',
    '    dataset: ordres',
    '    retries: { max: 3 }',
    '---',
    'name: Other',
    'steps: []',
  ].join('\n');
  const { scenarios, problems } = parse('a.yaml', text);
  const at = (document: number, ...path: (string | number)[]) => {
    const { line, column, length } = scenarios[document]!.locate(path);
    return [line, column, length];
  };

  test('a value is found in its document, a list or an object by its key', () => {
    expect(problems).toEqual([]);
    expect(at(0, 'trigger', 'cron')).toEqual([3, 9, 12]);
    expect(at(0, 'steps', 0, 'dataset')).toEqual([6, 14, 6]);
    expect(at(0, 'steps', 0, 'retries')).toEqual([7, 5, 7]);
    expect(at(0, 'steps', 0, 'retries', 'max')).toEqual([7, 21, 1]);
    expect(at(1, 'steps')).toEqual([10, 1, 5]);
  });

  test('what is missing is told at the nearest thing that is there', () => {
    expect(at(0, 'steps', 0, 'nothing', 'at', 'all')).toEqual([5, 5, 4]);
    expect(at(0, 'slug')).toEqual([1, 1, 4]);
    expect(at(1)).toEqual([9, 1, 4]);
  });

  test.each([
    ['name: [', 1, /flow/i],
    ['trigger: { cron: * * * * * }', 1, /quotes/],
    ['name: a\nname: b', 2, /unique/],
    ['', 1, /holds no scenario/],
    ['# only a remark\n', 1, /holds no scenario/],
    ['a: &a [x, x, x, x, x, x, x, x, x, x]\n' + nested(), 1, /alias/i],
  ])('%j is told with its line, once', (yaml, line, message) => {
    const { problems: found, scenarios: read } = parse('a.yaml', yaml);
    expect(read).toEqual([]);
    expect(found).toMatchObject([
      { file: 'a.yaml', line, message: expect.stringMatching(message) },
    ]);
  });

  test('one broken document does not hide the others', () => {
    const { scenarios: read, problems: found } = parse(
      'a.yaml',
      'name: a\n---\nb: [\n---\nname: c',
    );
    expect(read.map(({ configuration }) => configuration)).toContainEqual({ name: 'a' });
    expect(found).toHaveLength(1);
  });
});

/** Aliases of aliases: a few lines that would be a billion entries. */
function nested(): string {
  const names = Array.from('abcdefghi');
  return names
    .slice(1)
    .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${names[index]}`).join(', ')}]`)
    .join('\n');
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1e3',
    '0x10',
    '007',
    '* * * * *',
    '{{ param.x }}',
    '# x',
    '- a',
  ),
  fc.constantFrom(
    ' lead',
    'trail ',
    'a\nb\n',
    '\n\na',
    'a: b',
    '"',
    "'",
    '2026-01-01',
    '<<',
    '---',
    '...',
  ),
);
const config = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z_]{0,8}$/).filter((key) => key !== 'kind' && key !== 'name'),
  fc.oneof(
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    fc.boolean(),
    fc.constant(null),
    fc.array(text),
  ),
);

test('whatever a scenario holds reads back the same', () => {
  const scenario = fc.record({
    name: text,
    description: text,
    trigger: fc.option(fc.record({ cron: text, timezone: text })),
    policies: config,
    steps: fc.array(
      fc.tuple(text, config).map(([name, fields]) => ({ kind: 'probe', name, ...fields })),
    ),
    enabled: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(scenario, { minLength: 1, maxLength: 3 }), (made) => {
      const configurations = made.map((each) => whole(each));
      const yaml = joinDocuments(configurations.map((each) => toYaml(each, { withOwner: true })));
      const { scenarios, problems } = parse('a.yaml', yaml);
      expect(problems).toEqual([]);
      const defaults = { description: '', enabled: true, trigger: null, policies: {} };
      expect(
        scenarios.map(({ configuration }) => ({ ...defaults, ...(configuration as object) })),
      ).toEqual(configurations);
    }),
    { numRuns: 300 },
  );
});

describe('differences', () => {
  test('the same has none, whatever the order of its fields', () => {
    const policies = { overlap: 'allow', timeout: '90m' };
    const turned = { timeout: '90m', overlap: 'allow' };
    expect(differences(whole({ policies }), whole({ policies: turned }))).toEqual([]);
  });

  test('fields are told one by one, steps by their names', () => {
    const before = whole({
      trigger: { cron: '0 2 * * *', timezone: 'UTC' },
      steps: [
        { kind: 'probe', name: 'a', x: 1 },
        { kind: 'probe', name: 'b' },
      ],
    });
    const after = whole({
      trigger: { cron: '0 3 * * *', timezone: 'UTC' },
      policies: { timeout: '1h' },
      steps: [
        { kind: 'probe', name: 'new' },
        { kind: 'probe', name: 'a', x: 2 },
      ],
    });
    expect(differences(before, after)).toEqual([
      { at: 'trigger.cron', before: '0 2 * * *', after: '0 3 * * *' },
      { at: 'policies.timeout', before: undefined, after: '1h' },
      { at: 'steps[a].x', before: 1, after: 2 },
      { at: 'steps[b]', before: { kind: 'probe', name: 'b' }, after: undefined },
      { at: 'steps[new]', before: undefined, after: { kind: 'probe', name: 'new' } },
    ]);
  });

  test('another order of the same steps is one', () => {
    const [a, b] = [
      { kind: 'probe', name: 'a' },
      { kind: 'probe', name: 'b' },
    ];
    expect(differences(whole({ steps: [a, b] }), whole({ steps: [b, a] }))).toEqual([
      { at: 'steps, in order', before: ['a', 'b'], after: ['b', 'a'] },
    ]);
  });
});

test('upstream scenarios are written before those that name them, circles notwithstanding', () => {
  const plan = (slug: string, upstream: string[]) =>
    ({ after: whole({ slug, trigger: { upstream } }) }) as Plan;
  const order = (...plans: Plan[]) => inOrder(plans).map(({ after }) => after.slug);
  expect(order(plan('c', ['b', 'x']), plan('b', ['a']), plan('a', []))).toEqual(['a', 'b', 'c']);
  expect(order(plan('a', ['b']), plan('b', ['a'])).sort()).toEqual(['a', 'b']);
});
