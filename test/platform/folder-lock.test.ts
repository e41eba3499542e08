import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holderOf, lockFolder } from '#platform/folder-lock.ts';
import { createTestFolder } from '#test/support/folder.ts';

test('the second to come is told who is there', async () => {
  await using folder = await createTestFolder();
  using lock = lockFolder(folder.path);
  lock.tell({ url: 'http://127.0.0.1:4000' });
  expect(() => lockFolder(folder.path)).toThrow(
    `already running in ${folder.path}, pid ${process.pid}, http://127.0.0.1:4000`,
  );
});

test('a folder that was left is free, and nobody is in it', async () => {
  await using folder = await createTestFolder();
  {
    using lock = lockFolder(folder.path);
    lock.tell({ databaseUrl: 'postgres://somewhere' });
    expect(holderOf(folder.path)?.databaseUrl).toBe('postgres://somewhere');
  }
  expect(holderOf(folder.path)).toBeNull();
  using _again = lockFolder(folder.path);
});

test('what the holder tells is for its owner only: it carries a password', async () => {
  await using folder = await createTestFolder();
  using _lock = lockFolder(folder.path);
  expect(statSync(join(folder.path, 'holder.json')).mode & 0o777).toBe(0o600);
});
