/** How many requests a token, and an address, may make: of REST and GraphQL together, before anything is read from
 *  the database. Held in memory, so n API processes let n times as many through; what it is for is one caller
 *  that runs away with a process, and for that no shared count is worth a write for every request. */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { DomainError } from '#platform/errors.ts';
import { Attempts } from './attempts.ts';
import { bearerOf } from './authenticate.ts';

export type RequestLimits = {
  /** Takes a request. 0 when it may go on, else the seconds until the next one may. */
  take(from: Origin): number;
};

export type Origin = {
  /** `Bearer` and the token or session as it was sent, good or bad; null for none. */
  readonly authorization: string | null;
  /** Of the socket: behind a proxy, that of the proxy. */
  readonly address: string | null;
};

/** Requests a minute, evenly refilled; 10 s worth of them may come at once. 0: no limit. */
export type LimitOptions = { readonly perToken: number; readonly perAddress: number };

const BURST_SECONDS = 10;

/** @param clock monotonic, in ms. */
export function createRequestLimits(
  { perToken, perAddress }: LimitOptions,
  clock: () => number = () => performance.now(),
): RequestLimits {
  const byAddress = bucketsOf(perAddress);
  const byToken = bucketsOf(perToken);
  return {
    take({ authorization, address }) {
      const nowMs = clock();
      // First: made-up tokens are new every time, the address is not.
      const seconds = address === null ? 0 : (byAddress?.take(networkOf(address), nowMs) ?? 0);
      // As it will be read: spaces around a token make no other one.
      const token = bearerOf({ authorization });
      if (seconds > 0 || token === null) return seconds;
      return byToken?.take(hashOf(token), nowMs) ?? 0;
    },
  };
}

/** @param seconds until the next request may come. */
export function tooMany(seconds: number): DomainError {
  return new DomainError(
    'RATE_LIMITED',
    `Too many requests; the next one may come in ${seconds} s.`,
    {
      facts: { retryAfterSeconds: seconds },
    },
  );
}

function bucketsOf(perMinute: number): Attempts | null {
  if (perMinute === 0) return null;
  const burst = Math.max(1, Math.floor((perMinute * BURST_SECONDS) / 60));
  return new Attempts(burst, 60 / perMinute);
}

/** A token may have a kilobyte, and must not lie about in memory. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

/** Who has one IPv6 address has the 2^64 beside it, too: they count as one. */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain) ?? [];
  if (mapped !== undefined || !isIPv6(plain)) return mapped ?? plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = tail === undefined ? before : [...before, ...zeros, ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
