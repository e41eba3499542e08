import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestFolder } from '#test/support/folder.ts';
import { startProgram } from '#test/support/process.ts';
import { generatorHash, installedAsLocked, prepare } from '../../scripts/prepare.mjs';

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
