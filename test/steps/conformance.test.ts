/** What every registered kind owes, whatever it does. A kind takes part through the `fixture` of its folder's
 *  conformance.ts; one without it fails here. */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { FenceLost } from '#domain/run/publish.ts';
import { checkConfig } from '#domain/step/config.ts';
import type { Json } from '#domain/step/kind.ts';
import { createPool, type Pool } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import { createLog } from '#platform/log.ts';
import { createRegistry, KINDS } from '#steps/registry.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';
import { createTestFolder, type TestFolder } from '#test/support/folder.ts';
import { until } from '#test/support/worker.ts';
import type { ConformanceFixture, Prepared } from './fixture.ts';
import { createStep, type Place } from './step-under-test.ts';

const STOP_MS = 2_000;
// A kind may need a program that set-up has yet to install; dbt takes 5 s of a processor to begin with.
const PREPARE_MS = 180_000;
vi.setConfig({ testTimeout: 120_000 });

test('no two kinds share a name, and each is spelt as its folder', () => {
  expect([...createRegistry().keys()]).toEqual(KINDS.map((kind) => kind.kind));
  expect(() => createRegistry([...KINDS, KINDS[0]!])).toThrow(/same name/);
  for (const { kind } of KINDS) {
    expect(existsSync(join(import.meta.dirname, `../../src/steps/${kind}/kind.ts`))).toBe(true);
  }
});

describe.each(KINDS.map((kind) => [kind.kind, kind] as const))('%s', (name, kind) => {
  let database: TestDatabase;
  let folder: TestFolder;
  let pool: Pool;
  let place: Place;
  let prepared: Prepared;
  let unavailable: string | null = null;

  beforeAll(async () => {
    const fixture = await findFixture(name);
    unavailable = fixture.unavailable ?? null;
    if (unavailable !== null) return;
    database = await createTestDatabase();
    folder = await createTestFolder();
    pool = createPool(database.url, { name: 'test', max: 5, log: createLog('test', 'silent') });
    const { org, project, people } = await createHouse(pool);
    place = { orgId: org.id, projectId: project.id, userId: people.admin.id };
    const [files, temporary] = ['files', 'temporary'].map((each) => join(folder.path, each));
    await Promise.all([mkdir(files!), mkdir(temporary!)]);
    prepared = await fixture.prepare(pool, place, files!);
    // Steps that leave temporary files behind leave them where nobody else does.
    vi.stubEnv('TMPDIR', temporary);
    // What a first publish makes for good, such as tables, is there before anything is compared.
    await using step = await begin();
    await step.publish(await step.execute(prepared.good));
  }, PREPARE_MS);
  beforeEach((context) => {
    if (unavailable !== null) context.skip(unavailable);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await pool?.end();
    await folder?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const begin = () => createStep(database.url, pool, place, kind);

  test('says what it does, and what each field of its configuration is for, with an example', () => {
    expect(kind.description).toMatch(/^[A-Z].*\.$/);
    const form = z.toJSONSchema(kind.config, { io: 'input', unrepresentable: 'any' });
    expect(form.additionalProperties, 'unknown fields are refused').toBe(false);
    for (const [field, schema] of Object.entries(form.properties ?? {})) {
      expect(schema, field).toMatchObject({
        description: expect.stringMatching(/\w/),
        examples: expect.arrayContaining([expect.anything()]),
      });
    }
  });

  test('accepts the good configuration and refuses each bad one at the right place', async () => {
    expect(await problemsOf(prepared.good)).toEqual([]);
    expect(prepared.bad.length).toBeGreaterThan(0);
    for (const { config, path } of [...prepared.bad, unknownField(prepared.good)]) {
      const problems = await problemsOf(config);
      expect(
        problems.map((problem) => problem.path),
        JSON.stringify(config),
      ).toContainEqual(path);
      for (const { message } of problems) expect(message).toMatch(/\w/);
    }
  });

  test('succeeds, becomes visible only when published, and leaves nothing else behind', async () => {
    const [visible, left] = [await prepared.visible(), await leftovers(pool)];
    {
      await using step = await begin();
      const result = await step.execute(prepared.good);
      expect(result).toMatchObject({ outcome: 'succeeded' });
      expect(await prepared.visible()).toEqual(visible);
      await step.publish(result);
      expect(step.progress.at(-1)).toMatchObject({ done: expect.any(Number) });
    }
    expect(await prepared.visible()).not.toEqual(visible);
    await expectNothingLeft(left);
  });

  test(`stops within ${STOP_MS / 1000} s of an abort, leaving nothing behind`, async () => {
    const [visible, left] = [await prepared.visible(), await leftovers(pool)];
    const hold = await prepared.slow.hold();
    try {
      const step = await begin();
      const outcome = step.execute(prepared.slow.config).then(
        (result) => result.outcome,
        () => 'thrown',
      );
      await prepared.slow.begun();
      const abortedAt = performance.now();
      step.abort();
      expect(await outcome).not.toBe('succeeded');
      await step[Symbol.asyncDispose]();
      expect(performance.now() - abortedAt).toBeLessThan(STOP_MS);
      await expectNothingLeft(left);
    } finally {
      await hold[Symbol.asyncDispose]();
    }
    expect(await prepared.visible()).toEqual(visible);
  });

  // The last one: what it staged is cleaned up by the claim that holds the run.
  test('publishes nothing under an older fence', async () => {
    const visible = await prepared.visible();
    await using step = await begin();
    const result = await step.execute(prepared.good);

    await expect(step.publish(result, 1)).rejects.toThrow(FenceLost);
    expect(await prepared.visible()).toEqual(visible);
  });

  async function problemsOf(config: Json): Promise<Problem[]> {
    const known = { earlierSteps: [], allSteps: [] };
    const { problems, settled } = checkConfig(kind, config as Record<string, Json>, known, []);
    const { orgId, projectId } = place;
    const where = { db: pool, orgId, projectId, may: () => true };
    return [...problems, ...((await kind.check?.(settled, where)) ?? [])];
  }

  async function expectNothingLeft(before: Leftovers) {
    await until('the sessions of the run are gone', async () => {
      const { rows } = await pool.query(
        `select 1 from pg_stat_activity
         where datname = current_database() and application_name like 'hf:%'`,
      );
      return rows.length === 0;
    });
    expect(await leftovers(pool)).toEqual(before);
  }
});

type Leftovers = { tables: string[]; files: string[] };

async function leftovers(pool: Pool): Promise<Leftovers> {
  const { rows } = await pool.query(
    `select n.nspname || '.' || c.relname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  return { tables: rows.map((row) => row.name), files: await readdir(tmpdir()) };
}

async function findFixture(kind: string): Promise<ConformanceFixture> {
  const file = join(import.meta.dirname, kind, 'conformance.ts');
  if (!existsSync(file)) throw new Error(`test/steps/${kind}/conformance.ts is missing`);
  return (await import(pathToFileURL(file).href)).fixture;
}

function unknownField(good: Json) {
  return { config: { ...(good as Record<string, Json>), projet: 1 }, path: ['projet'] };
}
