/** One step to its end: its attempts, with pauses between those that failed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Publication } from '#domain/run/publish.ts';
import { retryDelayMs, type PlannedStep } from '#domain/run/step-plan.ts';
import type { Client } from '#platform/db.ts';
import type { Json, StepResult } from '#domain/step/kind.ts';
import { attemptStep, progressOf, type Attempt } from './attempt-step.ts';
import type { Entry } from './journal.ts';
import type { RunContext } from './run-context.ts';
import { createStepSessions, type StepSessions } from './step-session.ts';

/** How a step ended. `entry` is what is still to be written about it. */
export type StepEnd =
  | {
      readonly state: 'succeeded';
      readonly step: PlannedStep;
      readonly output: Json;
      readonly entry: Entry;
    }
  | {
      readonly state: 'failed';
      readonly step: PlannedStep;
      readonly reason: string;
      /** Whether another try may mend it, of a step whose tries are not used up. */
      readonly retryable?: boolean;
      readonly entry: Entry;
    }
  /** Executed well; what it made is still to be published, or discarded. */
  | { readonly state: 'executed'; readonly step: PlannedStep; readonly executed: Executed }
  /** The run's signal ended it; the run decides what that means. Attempt null: it had not begun. */
  | {
      readonly state: 'stopped';
      readonly step: PlannedStep;
      readonly attempt: number | null;
      readonly entry: Entry;
    };

export type Executed = {
  /** Attempts that failed before. */
  readonly failures: number;
  readonly publication: Publication;
  readonly connect: () => Promise<Client>;
  discard(): Promise<void>;
};

/** What is known of earlier attempts. */
export type Tried = { readonly attempt: number; readonly failures: number };

/** @param sessions where the last attempt's database sessions are left open, until what it made is published. */
export async function executeStep(
  run: RunContext,
  step: PlannedStep,
  tried: Tried,
  sessions: AsyncDisposableStack,
): Promise<StepEnd> {
  for (let { attempt, failures } = tried; ;) {
    if (run.signal.aborted) return { state: 'stopped', step, attempt: null, entry: {} };
    attempt += 1;
    const signal = withTimeout(run.signal, step.timeoutMs);
    const own = createStepSessions(run, run.key, signal);
    const tryOnce = await attemptStep(run, step, attempt, signal, own.connect);
    const result = judge(tryOnce.result, step, signal, run.signal);
    if (result === 'stopped') {
      await discard(run, own, tryOnce.result);
      await own[Symbol.asyncDispose]();
      return { state: 'stopped', step, attempt, entry: { events: tryOnce.events } };
    }
    if (result.outcome === 'succeeded') {
      sessions.use(own);
      return succeeded(run, step, { attempt, failures }, { ...tryOnce, result }, own);
    }
    await discard(run, own, tryOnce.result);
    await own[Symbol.asyncDispose]();
    failures += 1;
    const { reason } = result;
    if (!result.retryable || failures > step.retries.max) {
      return {
        state: 'failed',
        step,
        reason,
        entry: failedEntry(step, attempt, reason, tryOnce, result.output),
      };
    }
    await pauseForRetry(run, step, { attempt, failures }, reason, tryOnce);
  }
}

/** Records that an attempt failed and will be followed by another, and waits for its time.
 *  @param tried the attempt that failed, and how many have by now. */
export async function pauseForRetry(
  run: RunContext,
  { pos, name, retries }: PlannedStep,
  { attempt, failures }: Tried,
  reason: string,
  said: Pick<Attempt, 'events' | 'progress'> = { events: [], progress: null },
): Promise<void> {
  const delayMs = retryDelayMs(retries, failures);
  run.note({
    events: [
      ...said.events,
      { type: 'step.retrying', payload: { pos, name, attempt, reason, delay_ms: delayMs } },
    ],
    steps: [{ pos, state: 'running', attempt, ...progressOf(said) }],
    attempts: [{ pos, attempt, state: 'failed', reason }],
  });
  // Woken early by the signal, which the next look at it sees.
  await delay(delayMs, undefined, { signal: run.signal }).catch(() => {});
}

/** What a failed step leaves in the journal. */
export function failedEntry(
  { pos, name, kind }: PlannedStep,
  attempt: number,
  reason: string,
  said: Pick<Attempt, 'events' | 'progress'>,
  output?: Json,
): Entry {
  const payload = { pos, name, kind, attempt, state: 'failed', reason };
  return {
    events: [...said.events, { type: 'step.finished', payload }],
    steps: [{ pos, state: 'failed', attempt, reason, output, ...progressOf(said) }],
    attempts: [{ pos, attempt, state: 'failed', reason }],
  };
}

/** A result in the light of the signals. What succeeded in spite of one has happened, unless it is still to be made
 *  visible. */
function judge(
  result: StepResult,
  { timeoutMs }: PlannedStep,
  signal: AbortSignal,
  runSignal: AbortSignal,
): StepResult | 'stopped' {
  if (!signal.aborted || (result.outcome === 'succeeded' && !result.publish)) return result;
  if (runSignal.aborted) return 'stopped';
  return {
    outcome: 'failed',
    reason: `timeout after ${(timeoutMs ?? 0) / 1000} s`,
    retryable: true,
  };
}

async function succeeded(
  run: RunContext,
  step: PlannedStep,
  { attempt, failures }: Tried,
  said: Attempt & { readonly result: Extract<StepResult, { outcome: 'succeeded' }> },
  own: StepSessions,
): Promise<StepEnd> {
  const { pos, name, kind } = step;
  const { result, events } = said;
  const event = { pos, name, kind, attempt, state: 'succeeded' };
  if (!result.publish) {
    const { output } = result;
    const entry: Entry = {
      events: [...events, { type: 'step.finished', payload: event }],
      steps: [{ pos, state: 'succeeded', attempt, output, ...progressOf(said) }],
      attempts: [{ pos, attempt, state: 'succeeded' }],
    };
    return { state: 'succeeded', step, output, entry };
  }
  // What was said so far comes before the outcome, which the publishing transaction writes itself.
  await run.write({ events, steps: [{ pos, state: 'running', attempt, ...progressOf(said) }] });
  const publication = { pos, attempt, output: result.output, event, publish: result.publish };
  return {
    state: 'executed',
    step,
    executed: {
      failures,
      publication,
      connect: own.connect,
      discard: () => discard(run, own, result),
    },
  };
}

/** Clears away what will not be published. What cannot be cleared now is by the kind's next execution. */
async function discard(run: RunContext, sessions: StepSessions, result: StepResult): Promise<void> {
  sessions.settle();
  if (result.outcome !== 'succeeded' || !result.discard) return;
  try {
    await result.discard(await sessions.connect());
  } catch (error) {
    run.log.warn(
      { err: error, runId: run.claimed.id },
      'what was not published could not be cleared away',
    );
  }
}

function withTimeout(signal: AbortSignal, timeoutMs: number | null): AbortSignal {
  return timeoutMs === null ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}
