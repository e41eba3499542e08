/** Limits of requests, on a clock of our own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRestApp } from '#rest/app.ts';
import { createRequestLimits, networkOf } from '#domain/access/request-limits.ts';
import { createToken } from '#test/support/factories.ts';
import { createSetting, type Setting } from '#test/support/setting.ts';
import { restDeps } from './client.ts';

let setting: Setting;
beforeAll(async () => {
  setting = await createSetting();
});
afterAll(() => setting[Symbol.asyncDispose]());

function ground(perToken: number, perAddress: number) {
  let nowMs = 0;
  const limits = createRequestLimits({ perToken, perAddress }, () => nowMs);
  return {
    limits,
    pass: (seconds: number) => (nowMs += seconds * 1000),
    take: (authorization: string | null, address: string | null = '192.0.2.1') =>
      limits.take({ authorization, address }),
  };
}

test('ten seconds’ worth may come at once, then one as each is refilled', () => {
  const { take, pass } = ground(60, 0);
  for (let n = 0; n < 10; n += 1) expect(take('Bearer a')).toBe(0);
  expect(take('Bearer a')).toBe(1);
  pass(0.99);
  expect(take('Bearer a')).toBe(1);
  pass(0.01);
  expect(take('Bearer a')).toBe(0);
  expect(take('Bearer a')).toBe(1);
  pass(3600);
  for (let n = 0; n < 10; n += 1) expect(take('Bearer a')).toBe(0);
  expect(take('Bearer a')).toBe(1);
});

test('what is said to wait is enough, however slow the refill', () => {
  const { take, pass } = ground(1, 0);
  expect(take('Bearer a')).toBe(0);
  const seconds = take('Bearer a');
  expect(seconds).toBe(60);
  pass(seconds);
  expect(take('Bearer a')).toBe(0);
});

test('tokens do not take from each other, but all that come from one address do', () => {
  const { take } = ground(60, 180);
  for (let n = 0; n < 10; n += 1) expect(take('Bearer a')).toBe(0);
  expect(take('Bearer a')).toBe(1);
  // 11 of the address's 30 are gone; made-up tokens get no further.
  for (let n = 0; n < 19; n += 1) expect(take(`Bearer made-up-${n}`)).toBe(0);
  expect(take('Bearer made-up')).toBe(1);
  expect(take(null)).toBe(1);
  expect(take('Bearer b', '192.0.2.2')).toBe(0);
});

test('a token is the same however it is written down', () => {
  const { take } = ground(6, 0);
  expect(take('Bearer a')).toBe(0);
  for (const text of ['Bearer a', 'bearer a', 'Bearer     a', 'BEARER a']) {
    expect(take(text)).toBeGreaterThan(0);
  }
});

test('0 is no limit', () => {
  const { take } = ground(0, 0);
  for (let n = 0; n < 100_000; n += 1) expect(take('Bearer a')).toBe(0);
});

test('a network of IPv6 counts as one address, IPv4 within IPv6 as IPv4', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:DB8:1:2::9')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
});

test('300,000 made-up tokens and addresses leave no more than some megabytes behind', () => {
  const { limits } = ground(60, 60);
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 300_000; n += 1) {
    limits.take({
      authorization: `Bearer ${n}`,
      address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
    });
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
});

test('over REST it is 429 with Retry-After and the request’s id; probes go on', async () => {
  const { limits, pass } = ground(60, 0);
  const app = createRestApp({ ...restDeps(setting), requestLimits: limits });
  const { org, people } = setting.house;
  const { token } = await createToken(setting.pool, { orgId: org.id, userId: people.viewer.id });
  const get = (path: string) =>
    app.request(path, { headers: { Authorization: `Bearer ${token}`, 'X-Request-Id': 'mine' } });
  for (let n = 0; n < 10; n += 1) expect((await get('/api/me')).status).toBe(200);
  const refused = await get('/api/me');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('Retry-After')).toBe('1');
  expect(await refused.json()).toMatchObject({ error: 'rate_limited', request_id: 'mine' });
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/api/nothing')).status).toBe(429);
  pass(1);
  expect((await get('/api/me')).status).toBe(200);
});
