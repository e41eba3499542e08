import { expect, test } from 'vitest';
import { joinEnvironment } from '#local/environment.ts';
import { keepSecrets } from '#local/secrets.ts';
import { lockFolder } from '#platform/folder-lock.ts';
import { createTestFolder } from '#test/support/folder.ts';

test('a further process gets the database and the secrets of the one that runs', async () => {
  await using folder = await createTestFolder();
  using lock = lockFolder(folder.path);
  lock.tell({ url: 'http://127.0.0.1:4000', databaseUrl: 'postgres://running' });
  const secrets = keepSecrets(folder.path);
  expect(joinEnvironment({ DATA_DIR: folder.path, WORKER_ID: 'two' })).toEqual({
    ...secrets,
    DATA_DIR: folder.path,
    WORKER_ID: 'two',
    DATABASE_URL: 'postgres://running',
  });
});

test('what is set wins, what is empty does not', async () => {
  await using folder = await createTestFolder();
  const secrets = keepSecrets(folder.path);
  const env = { DATA_DIR: folder.path, DATABASE_URL: 'postgres://mine', JWT_SECRET: '' };
  expect(joinEnvironment(env)).toMatchObject({ ...secrets, DATABASE_URL: 'postgres://mine' });
});

test('with nothing to join, it says what to start or set', async () => {
  await using folder = await createTestFolder();
  const join = () => joinEnvironment({ DATA_DIR: folder.path });
  expect(join).toThrow(`nothing runs in ${folder.path} and DATABASE_URL is not set`);
  expect(join).toThrow('npm start');
});
