/** A project whose recipes are a dbt project of its own. */
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { withoutDbt } from '#test/support/dbt.ts';
import { createGround, type Ground } from './ground.ts';

// A build takes 3 s of one processor, and there are up to four of them in a test.
vi.setConfig({ testTimeout: 120_000 });

const FILES = {
  'shop/dbt_project.yml': 'name: shop\nversion: "1.0"\nconfig-version: 2\nprofile: somebody\n',
  'shop/models/big.sql': '{{ config(materialized="table") }}\nselect * from {{ ref("small") }}\n',
  'shop/models/small.sql': 'select id from {{ source("lake", "orders") }}\n',
  'shop/models/shop.yml': `
sources: [{ name: lake, schema: "{{ target.schema }}", tables: [{ name: orders }] }]
models:
  - name: small
    columns: [{ name: id, data_tests: [unique, { accepted_values: { arguments: { values: [1, 2] } } }] }]
`,
  'empty/readme.txt': 'no dbt project\n',
};

describe.skipIf(withoutDbt())('a project that names a dbt project', () => {
  let ground: Ground;
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'hf-dbt-root-'));
    for (const [path, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    ground = await createGround({ root: join(root) });
    await name('shop');
  });
  afterAll(async () => {
    await ground?.[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  });
  const name = (folder: string) =>
    ground.pool.query('update project set dbt_folder = $1 where id = $2', [
      folder,
      ground.place.projectId,
    ]);

  test('builds its models and runs their tests; one that fails holds back what reads the model', async () => {
    const { reason, output } = await ground.failure({ recipe: 'big', scope: 'upstream' });
    expect(reason).toMatch(
      /^Test accepted_values_small_id__1__2 \(models\/shop\.yml\): Got 98 results, configured to fail if != 0\n1 that read/,
    );
    expect(output.counts).toEqual({ total: 4, success: 1, pass: 1, fail: 1, skipped: 1 });
    expect(output.nodes.find(({ name: node }) => node === 'big')).toMatchObject({
      message: 'skipped because the test accepted_values_small_id__1__2 failed',
    });
    expect((await readdir(join(root, 'shop'))).toSorted()).toEqual(['dbt_project.yml', 'models']);
  });

  test('says that it has no such model', async () => {
    const { reason } = await ground.failure({ recipe: 'huge' });
    expect(reason).toMatch(/huge.*does not match any enabled nodes/s);
  });

  test('must name a folder below DBT_ROOT that holds one, wherever links lead', async () => {
    await symlink(ground.folder, join(root, 'link'));
    const reasons: Record<string, string> = {};
    for (const folder of ['..', '/etc', 'link', 'nowhere', 'empty']) {
      await name(folder);
      reasons[folder] = (await ground.failure({ recipe: 'big' })).reason;
    }
    expect(reasons).toEqual({
      '..': 'The dbt project .. lies outside of DBT_ROOT.',
      '/etc': 'The dbt project /etc lies outside of DBT_ROOT.',
      link: 'The dbt project link lies outside of DBT_ROOT.',
      nowhere: 'The dbt project nowhere cannot be entered: ENOENT.',
      empty: 'The dbt project empty has no file dbt_project.yml.',
    });
  });
});

test('a worker without dbt, or without a root for folders, says what is to be done', async () => {
  await using ground = await createGround({ program: '/nowhere/dbt' });
  await ground.addRecipe('quick', 'select 1 as x');
  expect((await ground.failure({ recipe: 'quick' })).reason).toBe(
    'DBT_PROGRAM names /nowhere/dbt, which is not there or may not be executed.',
  );
});
