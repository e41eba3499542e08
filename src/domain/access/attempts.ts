/** How many tries a name may make: a bucket of tokens per key, refilled over time. Held in memory, so with n
 *  API processes an attacker has n times as many tries; at the rates below that is still hopeless against
 *  argon2id, and no table has to be written for every guess. */

type Bucket = { tokens: number; atMs: number };

// Bounds the memory (about 8 MB). Beyond it the least recently used go, which are full again first.
const MAX_KEYS = 50_000;
// They go in halves: taking the first out of a Map one by one costs 40 µs each, once many were taken before it.
const GENERATION = MAX_KEYS / 2;

export class Attempts {
  #young = new Map<string, Bucket>();
  #old = new Map<string, Bucket>();
  readonly #burst: number;
  readonly #secondsPerToken: number;

  /** @param burst tries at once. @param secondsPerToken how long until one more is allowed. */
  constructor(burst: number, secondsPerToken: number) {
    this.#burst = burst;
    this.#secondsPerToken = secondsPerToken;
  }

  /** Takes a try. 0 when it was allowed, else the seconds until the next one is.
   *  @param nowMs a monotonic clock. */
  take(key: string, nowMs: number): number {
    const bucket = this.#refilled(key, nowMs);
    const missing = 1 - bucket.tokens;
    if (missing > 0) return Math.ceil(missing * this.#secondsPerToken);
    bucket.tokens -= 1;
    return 0;
  }

  /** Forgets the tries of a key, e.g. after the right password. */
  forgive(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #refilled(key: string, nowMs: number): Bucket {
    const known = this.#young.get(key) ?? this.#old.get(key);
    const gained = known ? (nowMs - known.atMs) / 1000 / this.#secondsPerToken : 0;
    const tokens = known ? Math.min(this.#burst, known.tokens + gained) : this.#burst;
    const bucket = { tokens, atMs: nowMs };
    this.#young.set(key, bucket);
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return bucket;
  }
}
