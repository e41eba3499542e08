/** What every answer says to the browser that shows it, whatever it answers and however it fails. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestFolder } from '#test/support/folder.ts';
import { createGround, type Ground } from '../graphql/ground.ts';

let folder: Awaited<ReturnType<typeof createTestFolder>>;
let ground: Ground;
beforeAll(async () => {
  folder = await createTestFolder();
  await mkdir(join(folder.path, 'assets'));
  await writeFile(join(folder.path, 'index.html'), '<!doctype html>');
  await writeFile(join(folder.path, 'assets/main-1a2b.js'), '1');
  ground = await createGround({ consoleFolder: folder.path });
});
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const HTML = { accept: 'text/html' };
const post = (body: string, type = 'application/json') => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
});

const ANSWERS: [string, number, string, RequestInit?][] = [
  ['a screen', 200, '/p/sales/operations', { headers: HTML }],
  ['a file of the console', 200, '/assets/main-1a2b.js'],
  ['a file that is not there', 404, '/assets/other.js'],
  ['GraphQL', 401, '/graphql', post('{"query":"{ viewer { role } }"}')],
  ['GraphQL that cannot be read', 400, '/graphql', post('{')],
  ['GraphQL in another form', 415, '/graphql', post('x', 'text/plain')],
  ['GraphQL that is too long', 413, '/graphql', post(' '.repeat(1024 * 1024 + 1))],
  ['GraphiQL, not signed in', 302, '/graphql', { headers: HTML, redirect: 'manual' }],
  ['REST', 401, '/api/scheduler/scenarios'],
  ['REST that is not there', 404, '/api/nothing'],
  ['REST that cannot be read', 400, '/api/auth/login', post('{')],
  ['health', 503, '/api/pipeline/scheduler/health'],
  ['the document', 200, '/api/openapi.json'],
  ['the reference', 200, '/api/reference', { headers: HTML }],
  ['a probe', 200, '/healthz'],
  ['readiness', 200, '/readyz'],
  ['metrics', 200, '/metrics'],
  ['a tile with a bad link', 403, '/tiles/scheduler?token=x', { headers: HTML }],
];

test.each(ANSWERS)(
  '%s (%i) is not guessed, not told to other sites, and runs nothing foreign',
  async (name, status, path, init) => {
    const answer = await fetch(`${ground.url}${path}`, init);
    await answer.arrayBuffer();
    expect(answer.status).toBe(status);
    const header = (key: string) => answer.headers.get(key) ?? '';
    expect(header('x-content-type-options')).toBe('nosniff');
    expect(header('referrer-policy')).toBe('no-referrer');
    expect(header('cross-origin-opener-policy')).toBe('same-origin');
    expect(header('access-control-allow-origin')).toBe('');
    expect(header('x-powered-by') + header('server')).toBe('');
    const policy = header('content-security-policy');
    expect(policy).toMatch(/default-src '(none|self)'/);
    expect(policy).toContain("object-src 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toMatch(/script-src [^;]*'unsafe|https?:\/\//);
    // The words about a bad link stand in whoever's frame the tile would; nothing else is framed.
    if (name !== 'a tile with a bad link') {
      expect(policy).toContain("frame-ancestors 'none'");
      expect(header('x-frame-options')).toBe('DENY');
    }
    expect(header('cache-control')).toMatch(
      name === 'a file of the console' ? /immutable/ : /no-store|no-cache/,
    );
  },
);

test('a surprise carries them too, and nothing of its inside', async () => {
  await ground.pool.query('alter table scenario rename to hidden');
  try {
    const answer = await fetch(
      `${ground.url}/api/scheduler/scenarios?project_id=${ground.project.id}`,
      {
        headers: { authorization: `Bearer ${ground.tokens.viewer.token}` },
      },
    );
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).not.toMatch(/relation|hidden|\bat \//);
  } finally {
    await ground.pool.query('alter table hidden rename to scenario');
  }
});
