/** Links to the tile: who makes them, what they open, how they end. */
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate } from '#domain/access/authenticate.ts';
import { signSession } from '#domain/access/jwt.ts';
import {
  createTileLink,
  enterTile,
  listTileLinks,
  revokeTileLink,
  tileTokenOf,
} from '#domain/access/tile-link.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';

const jwtSecret = 'a secret of more than thirty-two characters';
const DAY_MS = 24 * 3600 * 1000;
let setting: Setting;

beforeAll(async () => {
  setting = await createSetting();
});
afterAll(() => setting[Symbol.asyncDispose]());

const make = async (given: { origins?: string[]; validDays?: number } = {}) =>
  createTileLink(setting.pool, await setting.as('admin'), {
    origins: [],
    validDays: 365,
    ...given,
  });
const enter = (token: string) => enterTile(setting.pool, token, jwtSecret);
const refused = { code: 'UNAUTHENTICATED' };

test('a link opens the tile of its organisation for the pages that it names', async () => {
  const link = await make({ origins: ['https://Intranet.example/', 'http://10.0.0.7:8080'] });
  const token = await tileTokenOf(link, jwtSecret);
  expect(await enter(token)).toEqual({
    linkId: link.id,
    orgId: setting.house.org.id,
    origins: ['https://intranet.example', 'http://10.0.0.7:8080'],
  });
  expect(link.expiresAt.getTime() - link.createdAt.getTime()).toBe(365 * DAY_MS);
  expect(await tileTokenOf(link, jwtSecret)).toBe(token);
});

test('it opens nothing else: no session, and a session opens no tile', async () => {
  const authorization = `Bearer ${await tileTokenOf(await make(), jwtSecret)}`;
  await expect(authenticate(setting.pool, { authorization }, { jwtSecret })).rejects.toMatchObject(
    refused,
  );
  const { id: userId } = setting.house.people.admin;
  const session = await signSession({ userId, orgId: null, role: null }, jwtSecret);
  await expect(enter(session)).rejects.toMatchObject(refused);
});

test('a token of ours that was made for something else is no session, whoever it names', async () => {
  const token = await new SignJWT({ user_id: setting.house.people.admin.id })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('tile')
    .setExpirationTime('1 hour')
    .sign(new TextEncoder().encode(jwtSecret));
  const authorization = `Bearer ${token}`;
  await expect(authenticate(setting.pool, { authorization }, { jwtSecret })).rejects.toMatchObject(
    refused,
  );
});

test('a forged, an expired and a revoked one open nothing', async () => {
  const link = await make();
  const forged = await tileTokenOf(link, 'another secret, just as long as it is here');
  const expired = await tileTokenOf({ ...link, expiresAt: new Date(Date.now() - 1000) }, jwtSecret);
  const other = await tileTokenOf({ ...link, jti: crypto.randomUUID() }, jwtSecret);
  for (const token of [forged, expired, other, 'nonsense', '']) {
    await expect(enter(token)).rejects.toMatchObject(refused);
  }
  const token = await tileTokenOf(link, jwtSecret);
  await enter(token);
  const admin = await setting.as('admin');
  const revoked = await revokeTileLink(setting.pool, admin, link.id);
  expect(revoked.revokedAt).not.toBeNull();
  expect((await revokeTileLink(setting.pool, admin, link.id)).revokedAt).toEqual(revoked.revokedAt);
  await expect(enter(token)).rejects.toMatchObject(refused);
});

test('whoever administers the organisation makes, lists and revokes them, and leaves a trace', async () => {
  const link = await make();
  for (const person of ['designer', 'viewer', 'nobody'] as const) {
    const who = await setting.as(person);
    const forbidden = { code: 'FORBIDDEN', facts: { permission: 'org.admin' } };
    await expect(
      createTileLink(setting.pool, who, { origins: [], validDays: 1 }),
    ).rejects.toMatchObject(forbidden);
    await expect(listTileLinks(setting.pool, who)).rejects.toMatchObject(forbidden);
    await expect(revokeTileLink(setting.pool, who, link.id)).rejects.toMatchObject(forbidden);
  }
  const stranger = await setting.as('stranger');
  await expect(revokeTileLink(setting.pool, stranger, link.id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await listTileLinks(setting.pool, stranger)).toEqual([]);
  const admin = await setting.as('admin');
  expect((await listTileLinks(setting.pool, admin))[0]).toEqual(link);
  await revokeTileLink(setting.pool, admin, link.id);
  const trace = await setting.rows(
    `select action, user_id as "userId" from audit_log where resource_type = 'tile_link' and resource_id = $1 order by id`,
    [String(link.id)],
  );
  expect(trace).toEqual(
    ['tile_link.create', 'tile_link.revoke'].map((action) => ({ action, userId: admin.userId })),
  );
});

test.each([
  ['https://*.example.com'],
  ['https://a.example/path'],
  ["https://a.example; script-src 'unsafe-inline'"],
  ['https://a.example https://b.example'],
  ['a.example'],
  ['javascript:alert(1)'],
  [''],
])('%j is no origin, and is told with its place', async (origin) => {
  await expect(make({ origins: ['https://a.example', origin] })).rejects.toMatchObject({
    code: 'VALIDATION',
    problems: [{ path: ['origins', 1], message: expect.stringContaining('https://intranet') }],
  });
});

test.each([0, 3651, 1.5])('%d days are refused', async (validDays) => {
  await expect(make({ validDays })).rejects.toMatchObject({
    problems: [{ path: ['validDays'], value: validDays }],
  });
});
