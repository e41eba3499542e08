import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONFIG_NAMES, parseConfig } from '#platform/config.ts';

test('an empty environment gives the documented defaults, frozen', () => {
  const config = parseConfig({});
  expect(config).toMatchObject({ port: 4000, host: '127.0.0.1', workerSlots: 16 });
  expect(Object.isFrozen(config)).toBe(true);
});

test('all problems are reported together, and no secret is shown', () => {
  const secret = 'short-secret-value';
  const env = { PORT: 'eighty', WORKER_SLOTS: '0', LOG_LEVEL: 'loud', JWT_SECRET: secret };
  const problem = catchError(() => parseConfig(env));
  for (const name of Object.keys(env)) expect(problem.message).toContain(`  ${name}: `);
  expect(problem.message).not.toContain(secret);
});

test('a key of the wrong length is refused with the command that makes a right one', () => {
  const env = { SECRET_KEY: Buffer.alloc(16).toString('base64') };
  expect(() => parseConfig(env)).toThrow('openssl rand -base64 32');
});

test('older keys follow the current one, each of the right length', () => {
  const text = (byte: number) => Buffer.alloc(32, byte).toString('base64');
  const env = { SECRET_KEY: text(1), SECRET_KEY_PREVIOUS: `${text(2)}, ${text(3)}` };
  expect(parseConfig(env).secretKey?.map((key) => key[0])).toEqual([1, 2, 3]);
  expect(() => parseConfig({ SECRET_KEY_PREVIOUS: `${text(1)},short` })).toThrow(
    /SECRET_KEY_PREVIOUS: 32 bytes/,
  );
});

test('an empty variable counts as unset', () => {
  expect(parseConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 4000 });
});

test('PUBLIC_URL is an origin: a path, a name or another scheme is refused with an example', () => {
  const origin = (text: string) => parseConfig({ PUBLIC_URL: text }).publicUrl;
  expect(origin('https://Scheduler.example/')).toBe('https://scheduler.example');
  expect(origin('http://10.0.0.7:8080')).toBe('http://10.0.0.7:8080');
  for (const bad of [
    'https://a.example/console',
    'a.example',
    'ftp://a.example',
    'https://u@a.b',
  ]) {
    expect(() => origin(bad)).toThrow(/PUBLIC_URL: scheme and host/);
  }
});

test('.env.example documents every variable with its default, and no other', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const documented = [...text.matchAll(/^#?([A-Z][A-Z0-9_]*)=(.*)$/gm)];
  expect(documented.map(([, name = '']) => name).sort()).toEqual(CONFIG_NAMES.toSorted());
  // As they stand, the examples are the defaults; those of unset variables must be valid at least.
  const env = Object.fromEntries(documented.map(([, name, value]) => [name, value]));
  const set = Object.fromEntries(
    [...text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(() => parseConfig(env)).not.toThrow();
  const { workerId: _, ...defaults } = parseConfig({});
  expect(parseConfig(set)).toMatchObject(defaults);
});

function catchError(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

test('a DATABASE_URL that names no Postgres is refused with an example, and not shown', () => {
  for (const name of ['DATABASE_URL', 'LISTEN_DATABASE_URL']) {
    const problem = () => parseConfig({ [name]: 'mysql://me:secret@db/app' });
    expect(problem).toThrow(`${name}: a Postgres`);
    expect(problem).not.toThrow('secret');
  }
  for (const url of [
    'postgres://db/app',
    'postgresql://db/app',
    'socket:/run/pg?db=app',
    '/run/pg app',
  ]) {
    expect(parseConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
  }
});
