import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestFolder } from '#test/support/folder.ts';
import { startProgram } from '#test/support/process.ts';
import {
  consoleHash,
  generatorHash,
  installedAsLocked,
  prepare,
  stepsFor,
} from '../../scripts/prepare.mjs';

const LOCKED = {
  '': { name: 'ours' },
  'node_modules/node': { version: '26.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-machine': { version: '1.0.0', integrity: 'sha512-b', optional: true },
};
const INSTALLED = { 'node_modules/node': { version: '26.0.0', integrity: 'sha512-a' } };

/** A checkout whose packages are installed, with one change to what is. */
async function checkout(root: string, installed: object = INSTALLED): Promise<void> {
  await write(root, 'package-lock.json', JSON.stringify({ packages: LOCKED }));
  await write(root, 'node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
  await write(root, 'node_modules/.bin/node', '');
  await write(root, 'prisma/schema.prisma', 'model A { id Int @id }');
}

test('packages are as locked, those for other machines aside', async () => {
  await using folder = await createTestFolder();
  await checkout(folder.path);
  expect(installedAsLocked(folder.path)).toBe(true);
});

test.each([
  ['another version', { 'node_modules/node': { version: '26.0.1', integrity: 'sha512-a' } }],
  ['another content', { 'node_modules/node': { version: '26.0.0', integrity: 'sha512-x' } }],
  ['one missing', {}],
  ['one too many', { ...INSTALLED, 'node_modules/more': { version: '1.0.0' } }],
])('packages are not as locked: %s', async (_, installed) => {
  await using folder = await createTestFolder();
  await checkout(folder.path, installed);
  expect(installedAsLocked(folder.path)).toBe(false);
});

test.each(['node_modules/.bin/node', 'node_modules/.package-lock.json', 'node_modules'])(
  'an installation that was interrupted before %s is made again',
  async (path) => {
    await using folder = await createTestFolder();
    await checkout(folder.path);
    await rm(join(folder.path, path), { recursive: true });
    expect(installedAsLocked(folder.path)).toBe(false);
  },
);

test('a changed schema or generator asks for generating anew, nothing else does', async () => {
  await using folder = await createTestFolder();
  const { path: root } = folder;
  await checkout(root);
  const first = generatorHash(root);
  expect(generatorHash(root)).toBe(first);
  await write(root, 'prisma/schema.prisma', 'model B { id Int @id }');
  const second = generatorHash(root);
  expect(second).not.toBe(first);
  await write(root, 'node_modules/prisma/package.json', JSON.stringify({ version: '8.0.0' }));
  expect(generatorHash(root)).not.toBe(second);
});

test('a changed source of the console, or another lockfile, asks for building anew, nothing else does', async () => {
  await using folder = await createTestFolder();
  const { path: root } = folder;
  await checkout(root);
  const changes: [string, string][] = [
    ['src/console/main.tsx', 'one'],
    ['src/console/main.tsx', 'two'],
    ['src/console/parts/tile.tsx', 'one'],
    ['src/console/vite.config.ts', 'export default {}'],
    ['package-lock.json', '{}'],
  ];
  const seen = new Set<string>();
  for (const [path, text] of changes) {
    await write(root, path, text);
    seen.add(consoleHash(root));
  }
  await rename(join(root, 'src/console/main.tsx'), join(root, 'src/console/index.tsx'));
  seen.add(consoleHash(root));
  expect(seen.size).toBe(changes.length + 1);
  await write(root, 'src/api.ts', 'export {}');
  await write(root, '.console/index.html', 'built');
  expect(seen).toContain(consoleHash(root));
});

test.each([
  ['npm start', ['src/all-in-one.ts', '--json']],
  ['npm run api', ['scripts/join.ts', 'src/server.ts']],
  ['npm test', ['scripts/test.ts']],
  ['npm run test:full', ['scripts/test.ts', '--full']],
  ['npm test -- test/browser', ['scripts/test.ts', 'test/browser/tile.test.ts']],
  ['npm run build', ['--console']],
])('%s builds the console first', (_, argv) => {
  expect(stepsFor(argv).map(({ name }) => name)).toContain('build the console');
});

test.each([
  ['npm run cli', ['src/cli.ts', 'runs']],
  ['npm run worker', ['scripts/join.ts', 'worker/main.ts']],
  ['npm run check', ['scripts/check.ts']],
  ['npm test -- test/domain', ['scripts/test.ts', 'test/domain/tick']],
  ['npm run setup', []],
])('%s does not wait for the console', (_, argv) => {
  expect(stepsFor(argv).map(({ name }) => name)).not.toContain('build the console');
});

test('what was made is not made again until what it is made of changes, meanwhile included', async () => {
  await using folder = await createTestFolder();
  const { path: root } = folder;
  await write(root, 'source', 'one');
  const step = {
    name: 'make it',
    stamp: 'made/stamp',
    hash: () => readFileSync(join(root, 'source'), 'utf8'),
    // The third time its source changes while it works.
    command: () => [
      '/bin/sh',
      '-c',
      'echo >> count; [ $(wc -l < count) != 3 ] || echo four > source',
    ],
    remedy: 'none',
  };
  const times = async () => {
    await prepare(root, [step]);
    return (await readFile(join(root, 'count'), 'utf8')).length;
  };
  expect([await times(), await times()]).toEqual([1, 1]);
  await write(root, 'source', 'two');
  expect([await times(), await times()]).toEqual([2, 2]);
  await rm(join(root, 'made'), { recursive: true });
  expect([await times(), await times(), await times()]).toEqual([3, 4, 4]);
});

test('a build that failed leaves no stamp, and is told with the remedy', async () => {
  await using folder = await createTestFolder();
  const step = {
    name: 'make it',
    stamp: 'made/stamp',
    hash: () => 'one',
    command: () => [process.execPath, '-e', 'process.exit(3)'],
    remedy: 'Mend it.',
  };
  for (const _ of [1, 2]) {
    await expect(prepare(folder.path, [step])).rejects.toThrow(/exit 3[^]*Mend it\./);
  }
});

test('a step that fails is told with its command, its last lines and the remedy', async () => {
  await using folder = await createTestFolder();
  const step = {
    name: 'do a thing',
    needed: () => true,
    command: () => [process.execPath, '-e', 'console.log("the reason"); process.exit(3)'],
    remedy: 'Do this.',
  };
  await expect(prepare(folder.path, [step])).rejects.toThrow(
    /do a thing: failed .*\(exit 3\)[^]*-e[^]*the reason[^]*Do this\./,
  );
});

test('two at once do a thing once: the other waits for it', async () => {
  await using folder = await createTestFolder();
  await using first = startPreparation(folder.path);
  await using second = startPreparation(folder.path);
  await Promise.any([first, second].map((each) => each.said(/waiting for process \d+/)));
  await write(folder.path, 'go', '');
  for (const each of [first, second]) expect((await each.exited).code).toBe(0);
  expect(await readFile(join(folder.path, 'done'), 'utf8')).toBe('once\n');
});

test('the lock of a process that was killed is taken over', async () => {
  await using folder = await createTestFolder();
  await write(folder.path, 'go', '');
  await using ended = startPreparation(folder.path);
  await ended.exited;
  await rm(join(folder.path, 'done'));
  await write(folder.path, '.tmp/prepare.lock', `${ended.pid}`);
  await using next = startPreparation(folder.path);
  expect((await next.exited).code).toBe(0);
  expect(await readFile(join(folder.path, 'done'), 'utf8')).toBe('once\n');
});

const startPreparation = (root: string) =>
  startProgram('test/scripts/fixture/preparation.ts', { args: [root] });

async function write(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
