import { expect, test } from 'vitest';
import { countEnd, type Streak, type StreakRules } from '#domain/run/streak.ts';

const RULES: StreakRules = { afterFailures: 1, recovery: true, pauseAfterFailures: 0 };

/** What is told at each end; F failed, S succeeded. */
function told(ends: string, rules: Partial<StreakRules> = {}): string[] {
  let streak: Streak = { failures: 0, told: false };
  let paused = false;
  return Array.from(ends).map((end) => {
    const state = end === 'F' ? 'failed' : 'succeeded';
    const { tell, ...next } = countEnd(streak, state, { ...RULES, ...rules }, paused);
    streak = next;
    paused ||= tell.includes('paused');
    return tell.join('+') || '-';
  });
}

test('a failure is told once, and the recovery once', () => {
  expect(told('SFFFSSFS')).toEqual([
    '-',
    'failure',
    '-',
    '-',
    'recovery',
    '-',
    'failure',
    'recovery',
  ]);
});

test('after three failures: a shorter series is told neither when it begins nor when it ends', () => {
  expect(told('FFSFFFFS', { afterFailures: 3 })).toEqual([
    '-',
    '-',
    '-',
    '-',
    '-',
    'failure',
    '-',
    'recovery',
  ]);
});

test('without recovery the end of a series is not told, and the next series is', () => {
  expect(told('FFSF', { recovery: false })).toEqual(['failure', '-', '-', 'failure']);
});

test('it pauses once when the count is reached, whoever was told before', () => {
  expect(told('FFFF', { pauseAfterFailures: 2 })).toEqual(['failure', 'paused', '-', '-']);
  expect(told('FF', { pauseAfterFailures: 1, afterFailures: 2 })).toEqual(['paused', 'failure']);
});

test('resumed, it pauses again at the next failure, and not after a success', () => {
  const rules = { ...RULES, pauseAfterFailures: 3 };
  expect(countEnd({ failures: 3, told: true }, 'failed', rules, false).tell).toEqual(['paused']);
  expect(countEnd({ failures: 0, told: false }, 'failed', rules, false).tell).toEqual(['failure']);
});

test('a rule that is changed during a series counts from what has happened', () => {
  const after = (afterFailures: number) => ({ ...RULES, afterFailures });
  expect(countEnd({ failures: 4, told: false }, 'failed', after(2), false).tell).toEqual([
    'failure',
  ]);
  expect(countEnd({ failures: 4, told: true }, 'failed', after(5), false).tell).toEqual([]);
});
