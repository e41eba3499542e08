import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createTestFolder } from '#test/support/folder.ts';
import { importsOf, packagesLoadedBy } from '#test/support/imports.ts';

const ROOT = join(import.meta.dirname, '..');

/** [file, what it imports]: every arrow that the layers forbid. */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['src/platform/a.ts', '#domain/run/run.ts'],
  ['src/platform/b.ts', '../domain/run/run.ts'],
  ['src/platform/c.ts', '#steps/registry.ts'],
  ['src/platform/d.ts', '#worker/worker.ts'],
  ['src/platform/e.ts', '#local/secrets.ts'],
  ['src/platform/f.ts', 'graphql'],
  ['src/local/a.ts', '#domain/run/run.ts'],
  ['src/local/b.ts', '#graphql/schema.ts'],
  ['src/domain/run/a.ts', '#steps/registry.ts'],
  ['src/domain/run/b.ts', '../../steps/registry.ts'],
  ['src/domain/run/c.ts', '#graphql/schema.ts'],
  ['src/domain/run/d.ts', '#rest/app.ts'],
  ['src/domain/run/e.ts', '#worker/worker.ts'],
  ['src/domain/run/f.ts', '../../../worker/worker.ts'],
  ['src/domain/run/g.ts', '@pothos/core'],
  ['src/domain/run/h.ts', '#test/support/database.ts'],
  ['src/steps/a.ts', '#graphql/schema.ts'],
  ['src/steps/sync_dataset/a.ts', '#steps/run_python/kind.ts'],
  ['src/steps/sync_dataset/b.ts', '../run_python/kind.ts'],
  ['src/steps/sync_dataset/c.ts', '#worker/worker.ts'],
  ['src/steps/sync_dataset/d.ts', 'graphql'],
  ['src/steps/a_kind_of_tomorrow/a.ts', '../sync_dataset/kind.ts'],
  ['src/graphql/a.ts', '#rest/app.ts'],
  ['src/graphql/b.ts', '#worker/worker.ts'],
  ['src/rest/a.ts', '#graphql/schema.ts'],
  ['src/rest/b.ts', '../graphql/schema.ts'],
  ['src/rest/c.ts', '../server.ts'],
  ['src/cli/a.ts', '#rest/app.ts'],
  ['src/cli/commands/a.ts', '../../graphql/schema.ts'],
  ['worker/a.ts', '#graphql/schema.ts'],
  ['worker/b.ts', '../src/rest/app.ts'],
  ['worker/c.ts', '@pothos/core'],
  ['worker/d.ts', 'graphql-yoga'],
  ['worker/e.ts', '../src/cli.ts'],
  ['src/console/screens/a.tsx', '#domain/run/run.ts'],
  ['src/console/screens/b.tsx', '../../domain/run/run.ts'],
  ['src/server.ts', '../worker/main.ts'],
  ['src/cli.ts', './all-in-one.ts'],
  ['worker/f.ts', './main.ts'],
  ['prisma/seed/a.ts', '../../src/cli.ts'],
  ['test/domain/a.test.ts', '#worker/main.ts'],
];

/** One of each arrow that the layers allow. */
const ALLOWED: readonly (readonly [string, string])[] = [
  ['src/platform/a.ts', './log.ts'],
  ['src/domain/run/a.ts', '#platform/db.ts'],
  ['src/domain/run/b.ts', '../step/kind.ts'],
  ['src/steps/registry.ts', './sync_dataset/kind.ts'],
  ['src/steps/sync_dataset/a.ts', '#domain/dataset/dataset.ts'],
  ['src/steps/sync_dataset/b.ts', './config.ts'],
  ['src/steps/sync_dataset/c.ts', '../face.ts'],
  ['src/graphql/a.ts', '#steps/registry.ts'],
  ['src/graphql/b.ts', '@pothos/core'],
  ['src/rest/a.ts', '#domain/run/run.ts'],
  ['src/cli/a.ts', '#platform/folder-lock.ts'],
  ['src/cli.ts', './cli/main.ts'],
  ['worker/a.ts', '#steps/registry.ts'],
  ['src/server.ts', '#graphql/schema.ts'],
  ['prisma/seed/a.ts', '#domain/run/run.ts'],
  ['src/console/screens/a.tsx', '../parts/tile.tsx'],
  ['test/domain/a.test.ts', '#steps/registry.ts'],
];

test('every import against the layers is caught', async () => {
  const caught = await lint(FORBIDDEN);
  expect(FORBIDDEN.filter(([file]) => !caught.has(file))).toEqual([]);
});

test('no import along the layers is hindered', async () => {
  expect([...(await lint(ALLOWED))]).toEqual([]);
});

test('imports at run time keep to the layers too, which the linter does not see', async () => {
  const dynamic = ourFiles().flatMap((file) =>
    importsOf(file)
      .filter((each) => each.dynamic)
      .map(({ specifier }) => [file, specifier] as const),
  );
  expect(dynamic.length).toBeGreaterThan(0);
  expect([...(await lint(dynamic))]).toEqual([]);
});

test('the worker can load no library of the surfaces', () => {
  const loaded = [...packagesLoadedBy('worker/main.ts')];
  expect(loaded).toContain('pg');
  expect(loaded.filter((name) => /pothos|graphql|hono/.test(name))).toEqual([]);
});

test('there is one copy of graphql: two would not know each other’s types', () => {
  expect(
    Object.keys(lockedPackages()).filter((path) => /(^|\/)node_modules\/graphql$/.test(path)),
  ).toEqual(['node_modules/graphql']);
});

test('the lockfile lists the packages of every platform: npm ci refuses one that leaves some out', () => {
  const packages = lockedPackages();
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(packages, path, name)),
  );
  expect(missing).toEqual([]);
});

test('the lockfile names no registry', () => {
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved": "http');
});

type Packages = Record<string, { optionalDependencies?: Record<string, string> }>;

function lockedPackages(): Packages {
  const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  return (JSON.parse(text) as { packages: Packages }).packages;
}

/** Whether the package at a path finds another by its name: in its own node_modules or one above. */
function isLocked(packages: Packages, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === '') return false;
  }
}

/** The files whose import the layers forbid. Planted in a folder of their own, under our rules. */
async function lint(imports: readonly (readonly [string, string])[]): Promise<Set<string>> {
  await using folder = await createTestFolder();
  const config = join(folder.path, '.oxlintrc.json');
  await copyFile(join(ROOT, '.oxlintrc.json'), config);
  const byFile = Map.groupBy(imports, ([file]) => file);
  for (const [file, entries] of byFile) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    const text = entries.map(([, specifier]) => `import '${specifier}';\n`).join('');
    await writeFile(join(folder.path, file), text);
  }
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint');
  const { stdout } = await promisify(execFile)(oxlint, ['-c', config, '-f', 'json', '.'], {
    cwd: folder.path,
  }).catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string }[];
  };
  return new Set(
    diagnostics
      .filter(({ code }) => code === 'eslint(no-restricted-imports)')
      .map(({ filename }) => filename),
  );
}

function ourFiles(): string[] {
  const files = globSync('{src,worker}/**/*.{ts,tsx}', { cwd: ROOT });
  return files.filter((file) => !file.startsWith('src/generated/'));
}
