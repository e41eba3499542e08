/** What a browser is given: the console's files, its page at every address of a screen, GraphiQL, the tile; and
 *  the headers that say how long to keep it, what it may load and who may frame it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signSession } from '#domain/access/jwt.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { createGround } from '../graphql/ground.ts';
import type { Ground } from '../graphql/ground.ts';

const jwtSecret = 'a secret of at least thirty-two characters';
const INDEX = '<!doctype html><title>console</title>';
const SCRIPT = 'console.log(1);'.repeat(100);
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let folder: Awaited<ReturnType<typeof createTestFolder>>;
let ground: Ground;
let bare: Ground;
beforeAll(async () => {
  folder = await createTestFolder();
  const write = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder.path, 'console', path)), { recursive: true });
    await writeFile(join(folder.path, 'console', path), content);
  };
  await write('index.html', INDEX);
  await write('icon.svg', '<svg/>');
  await write('app.webmanifest', '{}');
  await write('build.stamp', 'of nobody’s business');
  await write('assets/main-1a2b.js', SCRIPT);
  await write('assets/main-1a2b.js.br', brotliCompressSync(SCRIPT));
  await write('assets/main-1a2b.js.gz', gzipSync(SCRIPT));
  await write('assets/inter-3c4d.woff2', 'font');
  await writeFile(join(folder.path, 'secret.html'), 'outside');
  ground = await createGround({ jwtSecret, consoleFolder: join(folder.path, 'console') });
  bare = await createGround({ jwtSecret, consoleFolder: join(folder.path, 'nowhere') });
});
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
  await bare[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

type Answer = { status: number; headers: Record<string, string | undefined>; body: Buffer };

/** Exactly that path with exactly these headers, which `fetch` would mend. */
function get(
  path: string,
  headers: Record<string, string> = {},
  { method = 'GET', from = ground } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(from.url);
  return new Promise((done, fail) => {
    const asked = request({ hostname, port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        done({
          status: answer.statusCode!,
          headers: answer.headers as Answer['headers'],
          body: Buffer.concat(chunks),
        }),
      );
    });
    asked.on('error', fail).end();
  });
}

const directive = ({ headers }: Answer, name: string) =>
  headers['content-security-policy']!.split('; ').find((part) => part.startsWith(`${name} `));

test('a file that is named after its content is kept for ever, and comes in the smallest form', async () => {
  const path = '/assets/main-1a2b.js';
  const forms = {
    br: await get(path, { 'accept-encoding': 'gzip, deflate, br' }),
    gzip: await get(path, { 'accept-encoding': 'gzip;q=1.0, br;q=0' }),
    none: await get(path, { 'accept-encoding': 'identity' }),
  };
  for (const { status, headers } of Object.values(forms)) {
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    });
  }
  expect(forms.br.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(forms.br.body).toString()).toBe(SCRIPT);
  expect(forms.gzip.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(forms.gzip.body).toString()).toBe(SCRIPT);
  expect(forms.none.headers['content-encoding']).toBeUndefined();
  expect(forms.none.body.toString()).toBe(SCRIPT);
});

test.each([
  ['/assets/inter-3c4d.woff2', 'font/woff2'],
  ['/icon.svg', 'image/svg+xml'],
  ['/app.webmanifest', 'application/manifest+json'],
  ['/index.html', 'text/html; charset=utf-8'],
])('%s is %s', async (path, type) => {
  expect((await get(path)).headers['content-type']).toBe(type);
});

test.each(['/', '/sign-in', '/projects/1/scenarios/42?tab=ticks', '/apiary', '/icon'])(
  'the page of the console answers at %s, and is asked about before each use',
  async (path) => {
    const answer = await get(path, HTML);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(answer.body.toString()).toBe(INDEX);
    const again = await get(path, { ...HTML, 'if-none-match': answer.headers['etag']! });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect(again.headers['content-security-policy']).toBe(
      answer.headers['content-security-policy'],
    );
  },
);

test('HEAD answers as GET does, without the content', async () => {
  const answer = await get('/', HTML, { method: 'HEAD' });
  expect(answer.headers).toMatchObject({
    'content-length': String(INDEX.length),
    'cache-control': 'no-cache',
  });
  expect([answer.status, answer.body.length]).toEqual([200, 0]);
});

test.each([
  ['/api/nothing', HTML],
  ['/graphql/nothing', HTML],
  ['/assets/gone-5e6f.js', HTML],
  ['/readyz/nothing', HTML],
  ['/sign-in', { accept: 'application/json' }],
  ['/build.stamp', {}],
  ['/assets/main-1a2b.js.br', {}],
])('there is no page at %s for %j', async (path, headers) => {
  const { status, headers: told } = await get(path, headers);
  expect([status, told['content-type']]).toEqual([404, 'application/json']);
});

test('only a question is answered by a page', async () => {
  expect((await get('/', HTML, { method: 'POST' })).status).toBe(404);
});

test.each([
  '/../secret.html',
  '/assets/../../secret.html',
  '/%2e%2e/secret.html',
  '/assets/..%2f..%2fsecret.html',
  '/..\\secret.html',
  '//etc/passwd',
  '/assets/%00',
])('no path leads out of the folder: %s', async (path) => {
  expect((await get(path)).body.toString()).not.toMatch(/outside|root:/);
  expect((await get(path, HTML)).body.toString()).not.toMatch(/outside|root:/);
});

test('the console runs its own scripts alone, and is framed by nobody', async () => {
  const answer = await get('/', HTML);
  expect(directive(answer, 'script-src')).toBe("script-src 'self'");
  expect(directive(answer, 'style-src')).toBe("style-src 'self'");
  expect(directive(answer, 'style-src-attr')).toBe("style-src-attr 'unsafe-inline'");
  expect(directive(answer, 'img-src')).toBe("img-src 'self' data:");
  expect(directive(answer, 'connect-src')).toBe("connect-src 'self'");
  expect(directive(answer, 'frame-ancestors')).toBe("frame-ancestors 'none'");
  expect(directive(answer, 'base-uri')).toBe("base-uri 'none'");
  expect(answer.headers['x-frame-options']).toBe('DENY');
  expect(answer.headers['referrer-policy']).toBe('no-referrer');
});

test('answers that are no pages may load nothing and run nothing', async () => {
  for (const path of ['/api/me', '/api/reference', '/healthz']) {
    const answer = await get(path, HTML);
    expect(directive(answer, 'default-src')).toBe("default-src 'none'");
    expect(answer.headers['content-security-policy']).not.toContain('script-src');
    expect(answer.headers['x-frame-options']).toBe('DENY');
  }
});

test('what depends on who asks is kept by nobody', async () => {
  const query = '/graphql?query=%7B__typename%7D';
  for (const path of ['/api/me', query, '/healthz', '/metrics']) {
    expect((await get(path)).headers['cache-control']).toBe('no-store');
  }
});

test('without a build the page says how to make one, and the API works', async () => {
  for (const path of ['/', '/sign-in']) {
    const answer = await get(path, HTML, { from: bare });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      503,
      'text/html; charset=utf-8',
    ]);
    expect(answer.body.toString()).toContain('npm run build');
  }
  expect((await get('/healthz', {}, { from: bare })).status).toBe(200);
});

const sessionOf = async (userId: number) =>
  `hf_session=${await signSession({ userId, orgId: null, role: null }, jwtSecret)}`;

test('GraphiQL is for those who are signed in; others sign in first and come back', async () => {
  const away = await get('/graphql', HTML);
  expect([away.status, away.headers['location']]).toEqual([302, '/sign-in?next=/graphql']);
  expect(away.headers['cache-control']).toBe('no-store');
  const asked = await get('/graphql?query=%7Bviewer%7D', HTML);
  const next = new URL(asked.headers['location']!, ground.url).searchParams.get('next');
  expect(next).toBe('/graphql?query=%7Bviewer%7D');
  const cookie = await sessionOf(ground.people.viewer.id);
  expect((await get('/graphql', { ...HTML, cookie: 'hf_session=nonsense' })).status).toBe(302);

  const shown = await get('/graphql', { ...HTML, cookie, 'accept-encoding': 'gzip' });
  expect(shown.status).toBe(200);
  const page = gunzipSync(shown.body).toString();
  expect(page).toContain('renderYogaGraphiQL');
  expect(page).not.toMatch(/<(?:script|link)[^>]+(?:src|href)="https?:/);
  expect(directive(shown, 'script-src')).toMatch(/^script-src 'sha256-[\w+/]{43}='$/);
  expect(shown.headers['x-frame-options']).toBe('DENY');
});

const makeLink = async (args: string) => {
  const { data } = await ground.ask(
    'admin',
    `mutation { createTileLink(${args}) { ... on TileLink { id url } } }`,
  );
  return data.createTileLink as { id: string; url: string };
};
const show = (url: string) => get(url.slice(ground.url.length), HTML);

test('the tile is framed by the pages that its link names, and kept by nobody', async () => {
  const { url } = await makeLink('origins: ["https://intranet.example", "http://board.example"]');
  const answer = await show(url);
  expect(answer.status).toBe(200);
  expect(answer.body.toString()).toBe(INDEX);
  expect(directive(answer, 'frame-ancestors')).toBe(
    "frame-ancestors 'self' https://intranet.example http://board.example",
  );
  expect(answer.headers['x-frame-options']).toBeUndefined();
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(directive(answer, 'script-src')).toBe("script-src 'self'");
  const own = await show((await makeLink('validDays: 1')).url);
  expect(directive(own, 'frame-ancestors')).toBe("frame-ancestors 'self'");
});

test('a bad or a revoked link is told in plain words, with 403', async () => {
  const { id, url } = await makeLink('validDays: 1');
  await ground.ask('admin', `mutation { revokeTileLink(id: "${id}") { __typename } }`);
  for (const bad of [
    url,
    `${ground.url}/tiles/scheduler?token=x`,
    `${ground.url}/tiles/scheduler`,
  ]) {
    const answer = await show(bad);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      403,
      'text/html; charset=utf-8',
    ]);
    expect(answer.body.toString()).toMatch(/unknown, expired or revoked/);
    expect(answer.headers['cache-control']).toBe('no-store');
  }
});
