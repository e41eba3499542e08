/** Executes a claimed run to its end: its steps in order, from the first that has not succeeded. */
import { isTransient } from '#platform/db.ts';
import { endSessionsBefore, type Claimed } from '#domain/run/claim.sql.ts';
import type { RunChange } from '#domain/run/flush.sql.ts';
import { FenceLost } from '#domain/run/publish.ts';
import { readProgress, type StepProgress } from '#domain/run/resume.sql.ts';
import { readPolicies } from '#domain/tick/policies.ts';
import { executeStep, nameOf } from './execute-step.ts';
import type { Entry } from './journal.ts';
import { createRunContext, type RunContext, type RunDeps, type StopReason } from './run-context.ts';

// A run that takes its worker down with it must not take the next ones too.
export const MAX_LOST_CLAIMS = 5;

export type Execution = {
  readonly claimed: Claimed;
  /** Ends the steps; what then becomes of the run follows from the reason. */
  stop(reason: StopReason): void;
  /** Settles when its last entry has been handed to the journal: the slot is free. */
  readonly worked: Promise<void>;
  /** Settles when its end is durable, or its fence lost. Never rejects. */
  readonly done: Promise<void>;
};

/** Starts executing. */
export function executeRun(deps: RunDeps, claimed: Claimed): Execution {
  const controller = new AbortController();
  const stop = (reason: StopReason) => controller.abort(reason);
  const run = createRunContext(deps, claimed, controller.signal, stop);
  const worked = Promise.withResolvers<void>();
  const left = readPolicies(claimed.config.policies).timeoutMs - claimed.ageMs;
  // Timers take at most 2^31 - 1 ms; 24 days is beyond any lease's patience anyway.
  const timer = setTimeout(() => stop('timeout'), Math.min(Math.max(left, 0), 2 ** 31 - 1));

  const done = work(run, worked.resolve)
    .catch((error: unknown) => {
      if (error instanceof FenceLost) deps.log.warn({ runId: claimed.id, err: error }, error.message);
      // The lease runs out and another claim, perhaps our own, goes on from the last durable step.
      else
        deps.log.error({ err: error, runId: claimed.id }, 'a run was given up to the next claim');
    })
    .finally(() => {
      clearTimeout(timer);
      worked.resolve();
    });
  return { claimed, stop, worked: worked.promise, done };
}

async function work(run: RunContext, worked: () => void): Promise<void> {
  const { claimed } = run;
  const before = claimed.fence === 1 ? [] : await resume(run);
  if (claimed.lostClaims >= MAX_LOST_CLAIMS) return giveUp(run, before);
  if (claimed.fence === 1) run.note({ events: [{ type: 'run.started', payload: {} }] });

  let unwritten: Entry = {};
  for (const [pos] of claimed.config.steps.entries()) {
    const known = before[pos];
    if (known?.state === 'succeeded' || known?.state === 'reused') continue;
    if (known?.state === 'failed') {
      return finish(run, { state: 'failed', reason: failure(run, pos, known.reason) }, pos + 1, {});
    }
    // The outcome of the step before is durable before this one begins.
    if (hasContent(unwritten)) await run.write(unwritten);
    unwritten = {};
    if (run.signal.aborted) return stopRun(run, pos, null, {});
    const attempt = (known?.attempt ?? 0) + 1;
    const { outcome, entry } = await executeStep(run, pos, attempt);
    if (outcome.state === 'stopped') return stopRun(run, pos, attempt, entry);
    if (outcome.state === 'failed') {
      worked();
      const reason = failure(run, pos, outcome.reason);
      return writeEnd(run, entry, { state: 'failed', reason }, pos + 1);
    }
    run.outputs.set(stepName(run, pos), { output: outcome.output });
    unwritten = entry;
  }
  worked();
  await writeEnd(run, unwritten, { state: 'succeeded' }, claimed.config.steps.length);
}

/** Takes stock of what older claims did, ends what is left of them and records their attempts as lost. */
async function resume(run: RunContext): Promise<StepProgress[]> {
  const { claimed } = run;
  await endSessionsBefore(run.pool, claimed.id, claimed.fence);
  const before = await readProgress(run.pool, claimed.id);
  for (const step of before) {
    if (step.state === 'succeeded')
      run.outputs.set(stepName(run, step.pos), { output: step.output });
  }
  const lost = before.filter((step) => step.lostWorkerId !== null);
  const reason = 'the worker was lost';
  run.note({
    attempts: lost.map(({ pos, attempt }) => ({ pos, attempt, state: 'lost', reason })),
    events: lost.map(({ pos, attempt, lostWorkerId }) => ({
      type: 'attempt.lost',
      payload: { pos, name: stepName(run, pos), attempt, worker_id: lostWorkerId, reason },
    })),
  });
  return before;
}

/** Writes the last step's entry and the run's end together. When the database refuses what the step produced, the
 *  run fails with that reason instead of staying open for ever. */
async function writeEnd(
  run: RunContext,
  entry: Entry,
  end: RunChange,
  rest: number,
): Promise<void> {
  try {
    await finish(run, end, rest, entry);
  } catch (error) {
    if (error instanceof FenceLost || isTransient(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const reason = `the database refused what the step produced: ${message}`;
    const step = entry.steps?.at(-1);
    await finish(run, { state: 'failed', reason }, rest, {
      steps: step ? [{ pos: step.pos, attempt: step.attempt, state: 'failed', reason }] : [],
    });
  }
}

/** Ends the run; the steps from `rest` on were not reached. */
function finish(run: RunContext, end: RunChange, rest: number, entry: Entry): Promise<void> {
  const unreached = run.claimed.config.steps
    .slice(rest)
    .map((step, i) => ({ step, pos: rest + i }));
  const state = end.state === 'cancelled' ? ('cancelled' as const) : ('skipped' as const);
  return run.write({
    ...entry,
    events: [
      ...(entry.events ?? []),
      ...unreached.map(({ step, pos }) => ({
        type: 'step.finished' as const,
        payload: { pos, name: nameOf(step), kind: step.kind, state },
      })),
      { type: 'run.finished', payload: { state: end.state, reason: end.reason } },
    ],
    steps: [...(entry.steps ?? []), ...unreached.map(({ pos }) => ({ pos, state, attempt: 0 }))],
    run: end,
  });
}

/** @param attempt the attempt that was stopped; null when the step had not begun. */
async function stopRun(
  run: RunContext,
  pos: number,
  attempt: number | null,
  { events = [] }: Entry,
): Promise<void> {
  const why = run.signal.reason as StopReason;
  const step = { pos, name: stepName(run, pos), kind: run.claimed.config.steps[pos]?.kind };
  switch (why) {
    case 'lease_lost':
      throw new FenceLost(run.claimed.id, run.claimed.fence);
    case 'handed_over': {
      const reason = 'the worker stopped in good order';
      return run.write({
        events: [...events, { type: 'run.handed_over', payload: step }],
        attempts: attempt === null ? [] : [{ pos, attempt, state: 'lost', reason }],
        run: { state: 'queued' },
      });
    }
    case 'cancelled':
    case 'timeout': {
      const state = why === 'cancelled' ? ('cancelled' as const) : ('failed' as const);
      const reason = why === 'cancelled' ? 'cancelled on request' : 'timeout';
      if (attempt === null) return finish(run, { state, reason }, pos, {});
      const payload = { ...step, attempt, state, reason };
      return finish(run, { state, reason }, pos + 1, {
        events: [...events, { type: 'step.finished', payload }],
        steps: [{ pos, state, attempt, reason }],
        attempts: [{ pos, attempt, state, reason }],
      });
    }
  }
}

/** Ends a run that has cost too many workers. */
function giveUp(run: RunContext, before: readonly StepProgress[]): Promise<void> {
  const reason = `${run.claimed.lostClaims} workers in a row were lost while executing it`;
  const fatal = before.find((step) => step.state === 'running' || step.state === 'pending');
  const pos = fatal?.pos ?? before.length;
  return finish(run, { state: 'failed', reason }, pos + 1, {
    steps: fatal ? [{ pos, state: 'failed', attempt: fatal.attempt, reason }] : [],
  });
}

const stepName = (run: RunContext, pos: number) => {
  const step = run.claimed.config.steps[pos];
  return step ? nameOf(step) : String(pos);
};

const failure = (run: RunContext, pos: number, reason: string | null) =>
  `step "${stepName(run, pos)}": ${reason ?? 'failed'}`;

function hasContent(entry: Entry): boolean {
  return Boolean(entry.events?.length || entry.steps?.length);
}
