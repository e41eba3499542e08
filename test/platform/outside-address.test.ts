import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { forbiddenAddress, ForbiddenAddress, outsideLookup } from '#platform/outside-address.ts';

const hostOf = (url: string) => new URL(url).hostname;

test.each([
  'http://169.254.169.254/',
  'http://169.254.169.254./',
  'http://2852039166/',
  'http://0xA9FEA9FE/',
  'http://0251.0376.0251.0376/',
  'http://169.16689662/',
  'http://0.0.0.0/',
  'http://0/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://100.100.100.200/',
  'http://[::]/',
  'http://[fe80::1]/',
  'http://[ff02::1]/',
  'http://[fd00:ec2::254]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://[2002:a9fe:a9fe::1]/',
])('nothing is sent to %s', (url) => {
  expect(forbiddenAddress(hostOf(url))).toMatch(/link-local, metadata or multicast/);
});

test.each([
  'http://127.0.0.1/',
  'http://[::1]/',
  'http://10.1.2.3/',
  'http://192.168.0.1/',
  'http://example.com/',
])('loopback, private networks and names are allowed: %s', (url) =>
  expect(forbiddenAddress(hostOf(url))).toBeNull(),
);

const lookUp = (name: string, all: boolean) =>
  new Promise<string | LookupAddress[]>((done, fail) => {
    outsideLookup(name, { all }, (error, address) => (error ? fail(error) : done(address)));
  });

test('a name is judged by what it resolves to, for the connection that is made', async () => {
  // The system's resolver reads these as addresses, as a name server could answer them.
  for (const name of ['2852039166', '0251.0376.0251.0376']) {
    await expect(lookUp(name, false)).rejects.toThrow(ForbiddenAddress);
    await expect(lookUp(name, true)).rejects.toThrow(/169\.254\.169\.254/);
  }
  expect(['127.0.0.1', '::1']).toContain(await lookUp('localhost', false));
  expect(await lookUp('localhost', true)).toContainEqual(
    expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) }),
  );
});
