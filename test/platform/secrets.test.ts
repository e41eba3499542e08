import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isCurrent, open, seal, SecretError } from '#platform/secrets.ts';

const key = [randomBytes(32)] as const;

test('a secret comes back where it was sealed', () => {
  for (const text of ['', 'pass', 'größe 🙂', 'x'.repeat(10_000)]) {
    expect(open(key, seal(key, text, 'connector:1'), 'connector:1')).toBe(text);
  }
});

test('the same secret sealed twice looks different and never shows', () => {
  const [a, b] = [seal(key, 'hunter2', 'connector:1'), seal(key, 'hunter2', 'connector:1')];
  expect(a.equals(b)).toBe(false);
  expect(a.includes('hunter2')).toBe(false);
});

test('a secret does not open in another place', () => {
  const sealed = seal(key, 'pass', 'connector:1');
  expect(() => open(key, sealed, 'connector:2')).toThrow(/changed or belongs elsewhere/);
});

test('a change of any single byte is noticed', () => {
  const sealed = seal(key, 'pass', 'connector:1');
  for (let i = 0; i < sealed.length; i++) {
    const tampered = Buffer.from(sealed);
    tampered[i]! ^= 1;
    expect(() => open(key, tampered, 'connector:1'), `byte ${i}`).toThrow(SecretError);
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(() => open(key, sealed.subarray(0, length), 'connector:1')).toThrow(SecretError);
  }
});

test('another key is told apart from tampering', () => {
  const sealed = seal(key, 'pass', 'connector:1');
  expect(() => open([randomBytes(32)], sealed, 'connector:1')).toThrow(/another SECRET_KEY/);
});

test('an older key opens until what it sealed is sealed anew; the current one seals', () => {
  const next = [randomBytes(32), randomBytes(32), ...key] as const;
  const sealed = seal(key, 'pass', 'connector:1');
  expect(open(next, sealed, 'connector:1')).toBe('pass');
  expect(isCurrent(next, sealed)).toBe(false);
  const anew = seal(next, 'pass', 'connector:1');
  expect(isCurrent(next, anew)).toBe(true);
  expect(() => open(key, anew, 'connector:1')).toThrow(/SECRET_KEY_PREVIOUS/);
});
