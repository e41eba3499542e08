import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { statesPage } from '../../../scripts/states.ts';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import {
  ATTEMPT_TRANSITIONS,
  RUN_TRANSITIONS,
  STEP_TRANSITIONS,
  isFinished,
  type RunState,
} from '#domain/run/run-state.ts';
import { NOTIFICATION_TRANSITIONS } from '#domain/notification/notification.ts';
import { createTestDatabase } from '#test/support/database.ts';

const machines = {
  RUN_TRANSITIONS,
  STEP_TRANSITIONS,
  ATTEMPT_TRANSITIONS,
  NOTIFICATION_TRANSITIONS,
};

test.each(Object.entries(machines))(
  '%s reaches every state, and its ends are final',
  (_, machine) => {
    const transitions: Record<string, readonly string[]> = machine;
    const [first = ''] = Object.keys(transitions);
    const reached = new Set([first, 'queued', 'running']);
    for (const state of reached) for (const next of transitions[state] ?? []) reached.add(next);
    for (const state of Object.keys(transitions)) expect([...reached]).toContain(state);
    for (const next of Object.values(transitions).flat()) expect(transitions).toHaveProperty(next);
  },
);

test('a run is finished in exactly the states that nothing leaves', () => {
  const finished = (Object.keys(RUN_TRANSITIONS) as RunState[]).filter(isFinished);
  expect(finished).toEqual(['succeeded', 'failed', 'cancelled']);
});

test('the database knows the same states as the code', async () => {
  await using database = await createTestDatabase();
  const pool = createPool(database.url, { name: 'test', max: 1, log: createLog('test', 'silent') });
  const { rows } = await pool.query(
    `select conname as name, pg_get_constraintdef(oid) as text from pg_constraint where conname like '%_state'`,
  );
  await pool.end();
  const inDatabase = (name: string) => {
    const text: string = rows.find((row) => row.name === name)?.text ?? '';
    return [...text.matchAll(/'(\w+)'/g)].map((match) => match[1]);
  };
  expect(inDatabase('run_state')).toEqual(Object.keys(RUN_TRANSITIONS));
  expect(inDatabase('step_run_state')).toEqual(Object.keys(STEP_TRANSITIONS));
  expect(inDatabase('notification_state')).toEqual(Object.keys(NOTIFICATION_TRANSITIONS));
  expect(inDatabase('step_attempt_state')).toEqual(Object.keys(ATTEMPT_TRANSITIONS));
});

test('docs/states.md draws what the code does', async () => {
  expect(await readFile('docs/states.md', 'utf8')).toBe(statesPage());
});
