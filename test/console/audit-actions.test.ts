/** What the audit log's screen knows of what the server records. */
import { expect, test } from 'vitest';
import { AUDITED } from '#domain/access/audited.ts';
import { ACTIONS, actionWords, verbOf } from '../../src/console/screens/settings/audit/actions.ts';

test('the filter offers everything that the domain records, and nothing else', () => {
  expect(ACTIONS).toEqual(AUDITED);
});

test('each has words of its own', () => {
  const all = Object.entries(AUDITED).flatMap(([type, verbs]) =>
    verbs.map((verb) => [`${type}.${verb}`, type] as const),
  );
  expect(all.filter(([action]) => verbOf(action) === null)).toEqual([]);
  const words = all.map(([action, type]) => actionWords(action, type));
  expect(new Set(words).size).toBe(words.length);
  expect(actionWords('run.create', 'run')).toBe('Started run');
  // The queue is a project's or a scenario's.
  expect(actionWords('queue.cancel', 'scenario')).toBe('Cancelled the queue of scenario');
  expect(actionWords('moon.shine', 'moon')).toBe('moon.shine:');
});
