/** Everything that a worker has to say about its runs, committed in groups: one statement per flush, one flush at a
 *  time. What gathers while a flush is under way goes with the next, so latency is one round trip and throughput
 *  grows with load. */
import { randomInt } from 'node:crypto';
import { isTransient, sqlState, type Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { RunEvent } from '#domain/event/event.ts';
import {
  flushBatches,
  type AttemptChange,
  type RunBatch,
  type RunChange,
  type StepChange,
} from '#domain/run/flush.sql.ts';
import { FenceLost } from '#domain/run/publish.ts';

/** What is to be written about a run; parts that are absent stay as they are. */
export type Entry = {
  readonly events?: readonly RunEvent[];
  readonly steps?: readonly StepChange[];
  readonly attempts?: readonly AttemptChange[];
  readonly run?: RunChange;
};

export type RunKey = { readonly runId: number; readonly fence: number };

export type Journal = AsyncDisposable & {
  /** Settles when the entry is durable. Entries of a run are applied in the order of the calls.
   *  @throws FenceLost when another claim holds the run; the database's error when the data is refused. */
  write(run: RunKey, entry: Entry): Promise<void>;
  /** Flushes so far, for metrics and benchmarks. */
  readonly flushes: number;
};

type Pending = { run: RunKey; entries: Entry[]; settle: Settle[] };
type Settle = { resolve: () => void; reject: (error: unknown) => void };

// Between tries while the database is away. Runs whose leases end meanwhile are given up by their executor.
const RETRY_MS = 200;
// 2^48 - 1: the widest that randomInt draws, unique enough to tell a flush from the one before it.
const MAX_FLUSH_ID = 281_474_976_710_655;

export function createJournal(pool: Pool, log: Log): Journal {
  let pending = new Map<number, Pending>();
  let flushing: Promise<void> | null = null;
  let flushes = 0;
  const stop = new AbortController();

  async function drain() {
    while (pending.size > 0) {
      const batch = [...pending.values()];
      pending = new Map();
      flushes += 1;
      await settleBatch(batch);
    }
    flushing = null;
  }

  async function settleBatch(batch: readonly Pending[]): Promise<void> {
    try {
      const taken = await flushUntilKnown(batch.map(toBatch));
      for (const { run, settle } of batch) {
        for (const { resolve, reject } of settle) {
          if (taken.has(run.runId)) resolve();
          else reject(new FenceLost(run.runId, run.fence));
        }
      }
    } catch (error) {
      const refused = batch.length > 1 && /^(22|23|54)/.test(sqlState(error) ?? '');
      if (!refused) {
        for (const { settle } of batch) for (const { reject } of settle) reject(error);
        return;
      }
      // One run's bad datum must hurt that run alone: halve until it stands by itself.
      const half = Math.ceil(batch.length / 2);
      await settleBatch(batch.slice(0, half));
      await settleBatch(batch.slice(half));
    }
  }

  async function flushUntilKnown(batches: readonly RunBatch[]): Promise<Set<number>> {
    const flushId = randomInt(1, MAX_FLUSH_ID);
    for (;;) {
      try {
        return await flushBatches(pool, batches, flushId);
      } catch (error) {
        if (!isTransient(error) || stop.signal.aborted) throw error;
        log.warn({ err: error, runs: batches.length }, 'a flush failed and is tried again');
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }

  return {
    write(run, entry) {
      return new Promise((resolve, reject) => {
        const known = pending.get(run.runId);
        if (known && known.run.fence === run.fence) {
          known.entries.push(entry);
          known.settle.push({ resolve, reject });
        } else {
          // An older claim of the same run in this very worker: its entries have no place any more.
          for (const old of known?.settle ?? []) {
            old.reject(new FenceLost(run.runId, known?.run.fence ?? 0));
          }
          pending.set(run.runId, { run, entries: [entry], settle: [{ resolve, reject }] });
        }
        // After this turn of the event loop: all that a quick step says, from its start to its end, goes together.
        flushing ??= new Promise<void>((turn) => setImmediate(turn)).then(drain);
      });
    },
    get flushes() {
      return flushes;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await flushing;
    },
  };
}

/** All events in order; of steps, attempts and the run only the last state, since one statement cannot write a row
 *  twice (SQLSTATE 21000). */
function toBatch({ run, entries }: Pending): RunBatch {
  const steps = new Map<number, StepChange>();
  const attempts = new Map<string, AttemptChange>();
  for (const entry of entries) {
    for (const step of entry.steps ?? []) {
      steps.set(step.pos, { ...steps.get(step.pos), ...step });
    }
    for (const attempt of entry.attempts ?? []) {
      attempts.set(`${attempt.pos}:${attempt.attempt}`, attempt);
    }
  }
  return {
    runId: run.runId,
    fence: run.fence,
    events: entries.flatMap((entry) => entry.events ?? []),
    steps: [...steps.values()],
    attempts: [...attempts.values()],
    run: entries.findLast((entry) => entry.run)?.run,
  };
}
