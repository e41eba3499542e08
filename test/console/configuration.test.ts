/** A configuration while it is edited: a change touches its place alone, and what the server fills in is no change. */
import { expect, test } from 'vitest';
import {
  saysTheSame,
  tidy,
  valueAt,
  withValue,
} from '../../src/console/screens/scenario/editor/configuration.ts';

const stored = {
  slug: 'nightly',
  name: 'Nightly',
  description: '',
  owner_user_id: 7,
  enabled: true,
  trigger: null,
  steps: [{ kind: 'sync_dataset', name: 'load', dataset: 'orders', timeout: '5m' }],
  policies: {},
};

test('what says nothing is not shown, and fields stand in one order', () => {
  expect(Object.keys(tidy(stored))).toEqual(['slug', 'name', 'enabled', 'trigger', 'steps']);
  const mixed = {
    ...stored,
    steps: [{ timeout: '5m', dataset: 'orders', name: 'load', kind: 'sync_dataset' }],
  };
  expect(JSON.stringify(tidy(mixed))).toBe(JSON.stringify(tidy(stored)));
});

test('a new field stands where the handbook writes it; one that is taken away leaves nothing empty', () => {
  const config = tidy(stored);
  const changed = withValue(config, ['policies', 'overlap'], 'skip');
  expect(Object.keys(changed as object)).toEqual([
    'slug',
    'name',
    'enabled',
    'trigger',
    'policies',
    'steps',
  ]);
  expect(valueAt(changed, ['policies', 'overlap'])).toBe('skip');
  expect(withValue(changed, ['policies', 'overlap'], undefined)).toEqual(config);
  const retried = withValue(config, ['steps', 0, 'retries', 'max'], 3);
  expect(valueAt(retried, ['steps', 0])).toEqual({
    kind: 'sync_dataset',
    name: 'load',
    dataset: 'orders',
    timeout: '5m',
    retries: { max: 3 },
  });
  expect(withValue(retried, ['steps', 0, 'retries', 'max'], undefined)).toEqual(config);
});

test('the order of fields and defaults that are left out are no change; an order of steps is', () => {
  const config = tidy(stored);
  expect(saysTheSame(config, { ...config, policies: {}, description: '' }, config)).toBe(true);
  const { slug: _slug, enabled: _enabled, trigger: _trigger, ...rest } = config;
  expect(saysTheSame(rest, config, config)).toBe(true);
  expect(saysTheSame({ ...config, enabled: false }, config, config)).toBe(false);
  const two = { ...config, steps: [{ kind: 'a' }, { kind: 'b' }] };
  expect(saysTheSame(two, { ...two, steps: two.steps.toReversed() }, config)).toBe(false);
});
