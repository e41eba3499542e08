/** Whether a browser's cookie counts: a table of what browsers and proxies send. */
import { expect, test } from 'vitest';
import { noSessionCookie, readSessionCookie, sessionCookie } from '#domain/access/cookie.ts';
import { authorizationOf, cameByHttps, ownOrigin, type Asked } from '#domain/access/own-page.ts';

type Given = Partial<Omit<Asked, 'header'>> & { headers?: Record<string, string> };

const asked = ({ headers = {}, ...given }: Given): Asked => ({
  method: 'POST',
  publicUrl: null,
  ...given,
  header: (name) => ({ host: 'hf.example', cookie: 'hf_session=abc', ...headers })[name],
});

const COUNTS = 'Bearer abc';

test.each<[string, Given, string | null]>([
  ['our page posts', { headers: { origin: 'https://hf.example' } }, COUNTS],
  ['our page posts without TLS', { headers: { origin: 'http://hf.example' } }, COUNTS],
  ['our page, known by its site alone', { headers: { 'sec-fetch-site': 'same-origin' } }, COUNTS],
  ['nobody says where a post comes from', {}, null],
  ['nobody says where a question comes from', { method: 'GET' }, COUNTS],
  ['the address was typed', { method: 'GET', headers: { 'sec-fetch-site': 'none' } }, COUNTS],
  ['another site posts', { headers: { origin: 'https://evil.example' } }, null],
  ['another site asks', { method: 'GET', headers: { 'sec-fetch-site': 'cross-site' } }, null],
  ['a sibling asks', { method: 'GET', headers: { 'sec-fetch-site': 'same-site' } }, null],
  ['a page without an origin posts', { headers: { origin: 'null' } }, null],
  ['another port posts', { headers: { origin: 'https://hf.example:8443' } }, null],
  [
    'the two disagree',
    { headers: { origin: 'https://hf.example', 'sec-fetch-site': 'cross-site' } },
    null,
  ],
  [
    'a plain page posts to https',
    { headers: { origin: 'http://hf.example', 'x-forwarded-proto': 'https' } },
    null,
  ],
  [
    'a proxy hides the host',
    { publicUrl: 'https://out.example', headers: { origin: 'https://out.example' } },
    COUNTS,
  ],
  [
    'our page opens a socket',
    { method: 'GET', upgrade: true, headers: { origin: 'https://hf.example' } },
    COUNTS,
  ],
  [
    'another site opens a socket',
    { method: 'GET', upgrade: true, headers: { origin: 'https://evil.example' } },
    null,
  ],
  [
    'nobody says whose socket it is',
    { method: 'GET', upgrade: true, headers: { 'sec-fetch-site': 'same-origin' } },
    null,
  ],
  [
    'a token comes beside the cookie, from anywhere',
    { headers: { authorization: 'Bearer hf_x', origin: 'https://evil.example' } },
    'Bearer hf_x',
  ],
  ['there is no cookie', { method: 'GET', headers: { cookie: '' } }, null],
])('%s', (_, given, expected) => {
  expect(authorizationOf(asked(given))).toBe(expected);
});

test('the browser came by https when the proxy, its page or PUBLIC_URL says so', () => {
  const https = (given: Given) => cameByHttps(asked(given));
  expect(https({})).toBe(false);
  expect(https({ headers: { 'x-forwarded-proto': 'https, http' } })).toBe(true);
  expect(https({ headers: { origin: 'https://hf.example' } })).toBe(true);
  expect(https({ headers: { origin: 'https://evil.example' } })).toBe(false);
  expect(https({ publicUrl: 'https://out.example' })).toBe(true);
  expect(https({ publicUrl: 'http://out.example' })).toBe(false);
});

test('we are found where PUBLIC_URL says, else where our page was, else at the Host that is named', () => {
  expect(ownOrigin(asked({}))).toBe('http://hf.example');
  expect(ownOrigin(asked({ headers: { origin: 'https://hf.example' } }))).toBe(
    'https://hf.example',
  );
  expect(ownOrigin(asked({ headers: { origin: 'https://evil.example' } }))).toBe(
    'http://hf.example',
  );
  expect(ownOrigin(asked({ headers: { 'x-forwarded-proto': 'https' } }))).toBe(
    'https://hf.example',
  );
  expect(ownOrigin(asked({ publicUrl: 'https://out.example' }))).toBe('https://out.example');
});

test('the cookie is out of reach for scripts and other sites, and leaves no plain line with https', () => {
  expect(sessionCookie('abc', { maxAgeSeconds: 60, secure: true })).toBe(
    'hf_session=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure',
  );
  expect(noSessionCookie(false)).toBe('hf_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict');
});

test('the cookie is found among others, and nothing else is taken for it', () => {
  expect(readSessionCookie('a=1; hf_session=x.y-z_0; b=2')).toBe('x.y-z_0');
  expect(readSessionCookie('not_hf_session=x')).toBeNull();
  expect(readSessionCookie('hf_session=')).toBeNull();
  expect(readSessionCookie(undefined)).toBeNull();
});
