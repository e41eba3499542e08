/** Asks for every row that has no answer, some at a time. What comes of each is recorded at once, under the run's fence,
 *  so that nobody asks for it again. */
import { createHash } from 'node:crypto';
import { isTransient, row, type Pool } from '#platform/db.ts';
import { toJsonb, toText } from '../event/event.ts';
import { FenceLost } from '../run/publish.ts';
import * as sql from './agent-row.sql.ts';
import type { Model, Reply, Spent } from './ask-model.ts';
import type { Chain } from './pass.ts';
import type { Clock, Patience } from './patience.ts';

export type AskDeps = {
  readonly pool: Pool;
  readonly model: Model;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The row as JSON. */
  text(todo: sql.Todo): string;
  /** After each row. */
  tell(tally: Tally): void;
  /** A row failed. */
  failed(row: string, why: string): void;
};

export type AskOptions = Chain & {
  readonly runId: number;
  readonly fence: number;
  readonly concurrency: number;
  readonly failAtOnce: boolean;
  readonly maxFailures: number;
  readonly budget: number;
  /** What this run has spent in earlier attempts, which counts towards the budget. */
  readonly spentBefore: number;
};

export type Tally = {
  /** Rows, not questions. */
  done: number;
  failed: number;
  in: number;
  out: number;
  estimated: boolean;
  /** The first twenty. */
  readonly failures: { readonly row: string; readonly why: string }[];
};

/** Why the rest was not asked; null: nothing is left. */
export type Stopped = { readonly reason: string; readonly retryable: boolean } | null;

const SHOWN_FAILURES = 20;
// Where not one of so many rows has succeeded the fault lies with the agent, and the rest only costs.
const NONE_RIGHT = 20;
/** Of one row, while others go through. */
const ROW_TRIES = 6;
const RECORD_FOR_MS = 10_000;
const RECORD_AGAIN_MS = 200;

type Ended = Extract<Reply, { readonly is: 'answer' | 'failed' | 'refused' }>;

/** @throws FenceLost; Failure where the server is given up; the signal's reason. What was under way has ended then. */
export async function askRows(
  deps: AskDeps,
  todo: AsyncGenerator<sql.Todo, void>,
  options: AskOptions,
): Promise<{ tally: Tally; stopped: Stopped }> {
  const tally: Tally = { done: 0, failed: 0, in: 0, out: 0, estimated: false, failures: [] };
  let stopped: Stopped = null;
  let right = 0;
  let wrong = 0;
  // Ends waiting, not the calls that are under way: they are paid for.
  const halt = new AbortController();
  // Ends those too.
  const cut = new AbortController();
  const waiting = AbortSignal.any([deps.signal, halt.signal]);
  const calling = AbortSignal.any([deps.signal, cut.signal]);
  const stop = (reason: string, retryable: boolean) => {
    stopped ??= { reason, retryable };
    halt.abort();
  };
  const spent = () => options.spentBefore + tally.in + tally.out;

  async function lane(): Promise<void> {
    while (!halt.signal.aborted) {
      if (spent() >= options.budget) {
        stop(
          `the token budget of ${options.budget} is spent: ${spent()} tokens; what is left was not asked. Answers are kept: a retry has a budget of its own and goes on behind them`,
          false,
        );
        return;
      }
      const next = await todo.next();
      if (next.done === true) return;
      const ended = await untilEnded(next.value);
      if (ended === null) return;
      if (ended.is === 'refused') return stop(`the model's server refuses: ${ended.why}`, false);
      await record(deps.pool, options, next.value, ended);
      count(next.value, ended);
    }
  }

  /** null: something else ended the asking meanwhile. */
  async function untilEnded(question: sql.Todo): Promise<Ended | null> {
    const { model, patience } = deps;
    const [text, key] = [deps.text(question), keyOf(options, question)];
    const answersBefore = patience.answers;
    for (let tries = 1; ; tries += 1) {
      try {
        await patience.enter(waiting);
      } catch (error) {
        if (halt.signal.aborted && !deps.signal.aborted) return null;
        throw error;
      }
      const reply = await model.ask(text, key, calling);
      if (reply.is !== 'busy') {
        if (reply.is !== 'refused') patience.answered();
        return reply;
      }
      if (reply.mayBeRow && tries >= ROW_TRIES && patience.answers > answersBefore) {
        const why = `${reply.why}, ${tries} times, while other rows went through`;
        return { is: 'failed', why, spent: { in: 0, out: 0, estimated: false } };
      }
      patience.busy(reply.why, reply.retryAfterMs);
    }
  }

  function count({ rowKey, n, same, inputHash }: sql.Todo, ended: Ended & { spent: Spent }): void {
    tally.in += ended.spent.in;
    tally.out += ended.spent.out;
    tally.estimated ||= ended.spent.estimated;
    if (ended.is === 'answer') {
      right += 1;
      tally.done += same;
    } else {
      wrong += 1;
      tally.failed += same;
      const name = rowKey === inputHash.toString('hex') ? `row ${n}` : rowKey;
      if (tally.failures.length < SHOWN_FAILURES) {
        tally.failures.push({ row: name, why: ended.why });
        deps.failed(name, ended.why);
      }
      judge(name, ended.why);
    }
    deps.tell(tally);
  }

  function judge(name: string, why: string): void {
    if (options.failAtOnce) stop(`${name}: ${why}`, true);
    else if (tally.failed > options.maxFailures) {
      const last = `the last one is ${name}: ${why}`;
      stop(`${tally.failed} rows have failed, ${options.maxFailures} may; ${last}`, true);
    } else if (right === 0 && wrong >= NONE_RIGHT) {
      stop(`not one of the first ${tally.failed} rows went through; ${name}: ${why}`, false);
    }
  }

  const lanes = Array.from({ length: options.concurrency }, async () => {
    try {
      await lane();
    } catch (error) {
      halt.abort();
      // Nothing that comes can be recorded any more.
      if (error instanceof FenceLost) cut.abort();
      throw error;
    }
  });
  const ends = await Promise.allSettled(lanes);
  deps.signal.throwIfAborted();
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const lost = errors.find((error) => error instanceof FenceLost);
  if (errors.length > 0) throw lost ?? errors[0];
  return { tally, stopped };
}

/** What is known is not forgotten because the database is away for a moment: it was paid for. */
async function record(
  pool: Pool,
  { runId, fence, originRunId, stepName }: AskOptions,
  { rowKey, inputHash }: sql.Todo,
  ended: Ended & { spent: Spent },
): Promise<void> {
  const [answer, error] =
    ended.is === 'answer' ? [toJsonb(ended.answer), null] : [null, toText(ended.why)];
  const tokens = [ended.spent.in, ended.spent.out];
  const values = [runId, fence, originRunId, stepName, rowKey, inputHash, answer, error, ...tokens];
  for (const deadline = performance.now() + RECORD_FOR_MS; ;) {
    try {
      if ((await row(pool, sql.recordRow, values)) === null) throw new FenceLost(runId, fence);
      return;
    } catch (failure) {
      if (!isTransient(failure) || performance.now() > deadline) throw failure;
      await new Promise((done) => setTimeout(done, RECORD_AGAIN_MS));
    }
  }
}

/** The same until the row has failed: then another answer is wanted, not the same once more. */
function keyOf(
  { originRunId, stepName }: Chain,
  { rowKey, inputHash, failedAt }: sql.Todo,
): string {
  return createHash('sha256')
    .update(JSON.stringify([originRunId, stepName, rowKey, inputHash.toString('hex'), failedAt]))
    .digest('hex');
}
