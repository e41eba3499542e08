import { expect, test, vi } from 'vitest';
import { createLog } from '#platform/log.ts';
import { loop } from '#platform/loop.ts';

const log = createLog('test', 'silent');
const NEVER_MS = 3_600_000;

test('a wake-up during a pass leads to another right after it', async () => {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let passes = 0;
  await using waking = loop(
    'test',
    async () => {
      passes += 1;
      if (passes === 1) await first.promise;
      else second.resolve();
    },
    { everyMs: NEVER_MS, log },
  );
  waking.wake();
  waking.wake();
  first.resolve();
  await second.promise;
  // Whatever else would follow by itself has had its turn.
  await new Promise(setImmediate);
  expect(passes).toBe(2);
});

test('a pass is waited for by disposal, and told to stop', async () => {
  const started = Promise.withResolvers<void>();
  let finished = false;
  const working = loop(
    'test',
    async (signal) => {
      started.resolve();
      await new Promise((done) => signal.addEventListener('abort', done));
      finished = true;
    },
    { everyMs: NEVER_MS, log },
  );
  await started.promise;
  await working[Symbol.asyncDispose]();
  expect(finished).toBe(true);
});

test('no pass follows disposal', async () => {
  const started = Promise.withResolvers<void>();
  let passes = 0;
  const one = loop(
    'test',
    async () => {
      passes += 1;
      started.resolve();
    },
    { everyMs: NEVER_MS, log },
  );
  await started.promise;
  await one[Symbol.asyncDispose]();
  one.wake();
  await Promise.resolve();
  expect(passes).toBe(1);
});

test('a failing pass is tried again later and later, and a good one resets that', async () => {
  vi.useFakeTimers();
  try {
    const at: number[] = [];
    const started = Date.now();
    await using _failing = loop(
      'test',
      async () => {
        at.push(Date.now() - started);
        if (at.length !== 5) throw new Error('no luck');
        return 1000;
      },
      { everyMs: 2000, log },
    );
    await vi.advanceTimersByTimeAsync(6000);
    // 250, 500, 1000, capped at 2000; then the 1000 that the good pass asked for, then 250 again.
    expect(at.slice(0, 7)).toEqual([0, 250, 750, 1750, 3750, 4750, 5000]);
  } finally {
    vi.useRealTimers();
  }
});
