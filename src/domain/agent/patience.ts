/** How a server that is busy is left alone: all who ask wait together, longer each time, or as long as the server says.
 *  After a quarter of an hour without any answer it is given up. */
import { Failure } from '../connector/failure.ts';

export type Clock = {
  /** Milliseconds that only grow. */
  now(): number;
  /** Rejects once the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<unknown>;
};

const FIRST_MS = 1_000;
const MOST_MS = 60_000;
export const GIVE_UP_MS = 15 * 60_000;

export type Patience = {
  /** Returns when the server may be asked. @throws the signal's reason. */
  enter(signal: AbortSignal): Promise<void>;
  /** It has answered. */
  answered(): void;
  /** How many answers there were, to tell a server that fails from a row that it fails on. */
  readonly answers: number;
  /** @param retryAfterMs as the server asked, null where it did not say.
   *  @throws Failure, retryable, when it is given up. */
  busy(why: string, retryAfterMs: number | null): void;
};

export function createPatience(clock: Clock, say: (line: string) => void): Patience {
  let until = -Infinity;
  let inARow = 0;
  let answers = 0;
  let lastAnswerAt = clock.now();

  return {
    get answers() {
      return answers;
    },
    async enter(signal) {
      signal.throwIfAborted();
      // Another one may have been told to wait longer meanwhile.
      for (let ms = until - clock.now(); ms > 0; ms = until - clock.now()) {
        await clock.wait(ms, signal);
      }
    },
    answered() {
      answers += 1;
      inARow = 0;
      lastAnswerAt = clock.now();
    },
    busy(why, retryAfterMs) {
      const now = clock.now();
      // Those who asked at the same time are all told; that is one refusal, not four.
      const isNew = now >= until;
      if (isNew) inARow += 1;
      // A little more by chance, so that two workers do not come back in step.
      const grown =
        Math.min(MOST_MS, FIRST_MS * 2 ** (Math.max(1, inARow) - 1)) * (1 + Math.random() / 5);
      const ms = retryAfterMs ?? grown;
      if (now + ms - lastAnswerAt > GIVE_UP_MS) {
        const asked = retryAfterMs === null ? '' : ` and asks to be left alone for ${seconds(ms)}`;
        throw new Failure(
          `The model's server has not answered for ${seconds(now - lastAnswerAt)}${asked}: ${why}. Answers so far are kept; a retry goes on behind them.`,
          true,
        );
      }
      if (!isNew && now + ms <= until) return;
      until = now + ms;
      say(`the model's server is busy (${why}); all wait ${seconds(ms)}`);
    },
  };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
