/** One shape for every background loop: a pass that a test can call by itself, a signal that ends it,
 *  and disposal that waits for the pass under way. */
import type { Log } from './log.ts';

export type Loop = AsyncDisposable & {
  readonly name: string;
  /** Asks for a pass now; while one is under way, for another right after it. */
  wake(): void;
};

/** Runs `pass` again and again. A pass answers how many milliseconds to wait before the next one
 *  (nothing: `everyMs`; never more than that, which is the backstop for a lost wake-up). A pass that
 *  throws is logged and tried again after 250 ms, doubling up to `everyMs`, at least 1 s. */
export function loop(
  name: string,
  pass: (signal: AbortSignal) => Promise<number | void>,
  options: { everyMs: number; log: Log },
): Loop {
  const stop = new AbortController();
  let woken = false;
  let endSleep: (() => void) | undefined;
  let failures = 0;

  const sleep = (ms: number) =>
    new Promise<void>((done) => {
      const timer = setTimeout(done, ms);
      endSleep = () => {
        clearTimeout(timer);
        done();
      };
    });

  const running = (async () => {
    while (!stop.signal.aborted) {
      let waitMs = options.everyMs;
      woken = false;
      try {
        const asked = await pass(stop.signal);
        if (typeof asked === 'number') waitMs = Math.min(Math.max(asked, 0), options.everyMs);
        failures = 0;
      } catch (error) {
        if (stop.signal.aborted) break;
        waitMs = Math.min(250 * 2 ** failures++, Math.max(options.everyMs, 1000));
        options.log.error({ err: error, loop: name, retryInMs: waitMs }, 'a pass failed');
      }
      if (!woken && !stop.signal.aborted) await sleep(waitMs);
    }
  })();

  const wake = () => {
    woken = true;
    endSleep?.();
  };
  return {
    name,
    wake,
    async [Symbol.asyncDispose]() {
      stop.abort();
      wake();
      await running;
    },
  };
}
