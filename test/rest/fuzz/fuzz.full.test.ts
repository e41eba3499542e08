/** 5,000 requests out of the document, and the proof that they would find a mistake: each of these, planted as a file
 *  is loaded, is told by the request that met it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';
import { startCommand } from '#test/support/process.ts';
import type { Edit } from '../../../bench/chaos/plant-hook.ts';
import { operationsOf } from './document.ts';
import { drive } from './drive.ts';
import { createFuzzWorld } from './world.ts';

const ROOT = join(import.meta.dirname, '../../..');
const HOOK = pathToFileURL(join(ROOT, 'bench/chaos/plant-hook.ts')).href;

test('5,000 requests of every sort are answered as the document says, and every operation succeeds at times', async () => {
  await using database = await createTestDatabase();
  await using world = await createFuzzWorld(database.url);
  const met = await drive(world, 5_000, Date.now());
  const sent = [...met.values()].flatMap((statuses) => [...statuses.values()]);
  expect(sent.reduce((sum, n) => sum + n, 0)).toBe(5_000);
  const succeeded = operationsOf(world.document).filter(({ operationId }) =>
    [...(met.get(operationId)?.keys() ?? [])].some((status) => status < 300),
  );
  expect(succeeded.map(({ operationId }) => operationId)).toEqual(
    operationsOf(world.document).map(({ operationId }) => operationId),
  );
  // It is no proof of much if all of it was refused at the door.
  for (const status of [200, 201, 202, 204, 400, 401, 403, 404, 409, 415, 422, 500]) {
    expect(
      [...met.values()].some((statuses) => statuses.has(status)),
      `no answer with ${status}`,
    ).toBe(true);
  }
}, 900_000);

const plant = (name: string, file: string, from: string, to: string, told: RegExp) => ({
  name,
  edit: { file: `src/${file}`, from, to } satisfies Edit,
  told,
});

const PLANTS = [
  plant(
    'a field is missing from an answer',
    'rest/bodies.ts',
    '    source: run.source,\n',
    '',
    /source: Invalid/,
  ),
  plant(
    'an answer has a field that is not documented',
    'rest/bodies.ts',
    '    version: scenario.version,\n',
    '    version: scenario.version,\n    stepKinds: [],\n',
    /stepKinds/,
  ),
  plant(
    'an instant is not in ISO 8601',
    'rest/bodies.ts',
    'due_at: run.dueAt.toISOString()',
    'due_at: run.dueAt.toUTCString()',
    /due_at: Invalid/,
  ),
  plant(
    'a refusal has the status of another',
    'rest/errors.ts',
    "FORBIDDEN: { status: 403, error: 'permission_denied' }",
    "FORBIDDEN: { status: 401, error: 'permission_denied' }",
    /error: Invalid|WWW-Authenticate/,
  ),
  plant(
    'a creation is 200',
    'rest/scenarios.ts',
    'bodies.toScenarioBody(scenario), 201)',
    'bodies.toScenarioBody(scenario), 200)',
    /200 is not documented/,
  ),
  plant(
    'odd unicode fails inside',
    'rest/methods.ts',
    "path.includes('\\0') || path.includes('%00')",
    "path === ''",
    /invalid byte sequence for encoding/,
  ),
  plant(
    'a status that is not documented',
    'rest/body.ts',
    'new HTTPException(415',
    'new HTTPException(406',
    /406 is not documented/,
  ),
  plant(
    'the wrong type of content',
    'rest/access.ts',
    'c.json(await meBody(house, await identity(house, c)))',
    'c.text(JSON.stringify(await meBody(house, await identity(house, c))))',
    /comes as text\/plain/,
  ),
  plant(
    'no id of the request',
    'rest/app.ts',
    "    c.header('X-Request-Id', requestId);\n",
    '',
    /no id of the request/,
  ),
  plant(
    'no ETag',
    'rest/scenarios.ts',
    '  c.header(\'ETag\', `"${version}"`);\n',
    '',
    /no header ETag/,
  ),
  plant(
    'a configuration that fails is no trigger_config',
    'rest/errors.ts',
    "TRIGGER_CONFIG: { status: 500, error: 'trigger_config' }",
    "TRIGGER_CONFIG: { status: 500, error: 'internal' }",
    /500 internal/,
  ),
  plant(
    'a forged cursor fails inside',
    'domain/scenario/scenario.sql.ts',
    'id > $5::bigint',
    'id > $5',
    /500/,
  ),
];

async function judge(edits: readonly Edit[]) {
  await using database = await createTestDatabase();
  await using program = startCommand(
    [process.execPath, '--import', HOOK, join(ROOT, 'test/rest/fixture/fuzz-entry.ts')],
    { env: { DATABASE_URL: database.url, CHAOS_PLANT: JSON.stringify(edits) } },
  );
  const { code } = await program.exited;
  return { code, words: program.stderr };
}

test('the code as it is keeps its promises to the requests that judge the plants', async () => {
  const { code, words } = await judge([]);
  expect(words).toBe('');
  expect(code).toBe(0);
});

test.each(PLANTS)('$name: a request tells it', async ({ edit, told }) => {
  const { code, words } = await judge([edit]);
  expect(words).toMatch(/broke its promise/);
  expect(words).toMatch(told);
  expect(code).toBe(1);
});
