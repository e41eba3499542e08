/** How dbt is set up: once for each list of requirements, or with the reason why not. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isDbtReady, setUpDbt } from '../../scripts/dbt.mjs';
import { createTestFolder, type TestFolder } from '#test/support/folder.ts';
import { noDbt } from '#test/support/dbt.ts';

// A Python environment takes 3 s of a processor.
vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;
beforeEach(async () => {
  folder = await createTestFolder();
  await mkdir(join(folder.path, 'python'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

const list = (text: string) => writeFile(join(folder.path, 'python/dbt-requirements.txt'), text);

test('a machine without Python is told what it needs', async () => {
  vi.stubEnv('PYTHON', '/nowhere/python3');
  await list('');
  expect(await setUpDbt(folder.path)).toMatch(/^there is no Python 3\.10 or newer with venv/);
  expect(isDbtReady(folder.path)).toBe(false);
});

test.skipIf(noDbt !== null)(
  'another list is installed anew, in the place of the one before; half of one is none',
  async () => {
    await list('# first\n');
    await mkdir(join(folder.path, '.dbt/interrupted'), { recursive: true });
    expect(await setUpDbt(folder.path)).toBeNull();
    expect(isDbtReady(folder.path)).toBe(true);
    const first = await readdir(join(folder.path, '.dbt'));
    expect(first).toHaveLength(1);
    await list('# second\n');
    expect(isDbtReady(folder.path)).toBe(false);
    await list('nothing-like-it==1.0 --hash=sha256:00\n');
    expect(await setUpDbt(folder.path)).toMatch(/^pip install failed \(exit \d+\): ERROR/);
    expect(isDbtReady(folder.path)).toBe(false);
  },
);

test('the list pins every package by hashes', async () => {
  const file = join(import.meta.dirname, '../../python/dbt-requirements.txt');
  const entries = (await readFile(file, 'utf8')).replaceAll('\\\n', '').split('\n');
  const packages = entries.filter((line) => line !== '' && !line.startsWith('#'));
  expect(packages.length).toBeGreaterThan(50);
  for (const each of packages)
    expect(each).toMatch(/^[\w.-]+==[\w.]+ .*--hash=sha256:[0-9a-f]{64}/);
  expect(packages.join('\n')).toMatch(/^dbt-core==1\.12\.6 [^]*^dbt-postgres==1\.11\.0 /m);
});
