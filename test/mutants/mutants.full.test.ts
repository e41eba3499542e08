/** The models can fail: each of these mistakes, planted as a file is loaded, is told by its counterexample. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';
import { startCommand } from '#test/support/process.ts';
import type { Edit } from '../../bench/chaos/plant-hook.ts';

const ROOT = join(import.meta.dirname, '../..');
const HOOK = pathToFileURL(join(ROOT, 'bench/chaos/plant-hook.ts')).href;

type Mutant = { readonly name: string; readonly model: 'decide' | 'lifecycle' } & Edit;

const decideMutant = (name: string, from: string, to: string): Mutant => ({
  ...{ name, model: 'decide', file: 'src/domain/tick/decide.ts', from, to },
});
const placeMutant = (name: string, from: string, to: string): Mutant => ({
  ...{ name, model: 'decide', file: 'src/domain/tick/place.ts', from, to },
});
const runMutant = (name: string, file: string, from: string, to: string): Mutant => ({
  ...{ name, model: 'lifecycle', file: `src/domain/run/${file}`, from, to },
});

const MUTANTS: readonly Mutant[] = [
  decideMutant('missed one ms later', 'nowMs - MISSED_AFTER_MS - 1', 'nowMs - MISSED_AFTER_MS'),
  decideMutant(
    'the window one ms longer',
    'nowMs - policies.catchupWindowMs - 1',
    'nowMs - policies.catchupWindowMs - 2',
  ),
  decideMutant(
    'last fires beside one that is on time',
    "if (policies.catchup === 'last' && lastIncluded(input, missedUntilMs, nowMs) !== null)",
    'if (false)',
  ),
  decideMutant(
    'the calendar ignored when catching up',
    'if (!day?.excluded) return lastMs;',
    'return lastMs;',
  ),
  decideMutant(
    'one caught up beyond the cap',
    ': policies.maxCatchupRuns',
    ': policies.maxCatchupRuns + 1',
  ),
  placeMutant('allow counts a place', "overlap === 'allow' && !caughtUp", 'false'),
  placeMutant(
    'a run that waits is overtaken',
    "waiting > 0 ? 'a run that waits' : null",
    'waiting > 99 ? "" : null',
  ),
  placeMutant('buffer_one keeps two', 'return inLine === 0', 'return inLine <= 1'),
  placeMutant('cancel_other keeps the first', 'ticks.findLast(makesRun)', 'ticks.find(makesRun)'),
  runMutant(
    'the newest promoted first',
    'promote.ts',
    'order by due_at, id',
    'order by due_at desc, id',
  ),
  runMutant(
    'a cancelled place stays empty',
    'cancel-run.ts',
    "if (run.state === 'queued' && run.scenarioId",
    'if (false && run.scenarioId',
  ),
  runMutant(
    'an old fence may write',
    'flush.sql.ts',
    'and run.fence = d.fence and',
    'and d.fence is not null and',
  ),
  runMutant('an ended run may end again', 'flush.sql.ts', 'and run.finished_at is null and', 'and'),
  runMutant(
    'a claim keeps its fence',
    'claim.sql.ts',
    'fence = fence + 1',
    'fence = greatest(fence, 1)',
  ),
  runMutant(
    'a hand-over stays with its worker',
    'flush.sql.ts',
    'state = coalesce(d.state, run.state)',
    "state = coalesce(nullif(d.state, 'queued'), run.state)",
  ),
];

async function judge(model: string, edits: readonly Edit[]) {
  await using database = await createTestDatabase();
  await using program = startCommand(
    [process.execPath, '--import', HOOK, join(ROOT, 'test/mutants/entry.ts'), model],
    { env: { DATABASE_URL: database.url, CHAOS_PLANT: JSON.stringify(edits) } },
  );
  const { code } = await program.exited;
  return { code, words: program.stderr };
}

test.each(['decide', 'lifecycle'])(
  'the code as it is agrees with the model of %s',
  async (model) => {
    expect(await judge(model, [])).toMatchObject({ code: 0 });
  },
);

test.each(MUTANTS)('$name: the model of $model tells it', async ({ model, ...edit }) => {
  const { code, words } = await judge(model, [edit]);
  expect(words).toMatch(/Property failed|Counterexample|duplicate key/);
  expect(code).toBe(1);
});
