import { expect, test } from 'vitest';
import { invalid } from '#platform/errors.ts';

test('every problem is told with its place, and without one where it is the whole', () => {
  const at = { path: ['steps', 0, 'kind'], message: 'is missing' };
  const whole = { path: [], message: 'is no object' };
  expect(invalid([at]).message).toBe('steps[0].kind: is missing');
  expect(invalid([whole]).message).toBe('is no object');
  expect(invalid([whole, at]).message).toBe('2 problems: is no object; steps[0].kind: is missing');
});
