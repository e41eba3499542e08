/** Executes a claimed run to its end: its groups of steps in order, from the first that has not ended. */
import { isTransient } from '#platform/db.ts';
import { endSessionsBefore, type Claimed } from '#domain/run/claim.sql.ts';
import type { RunChange } from '#domain/run/flush.sql.ts';
import { FenceLost } from '#domain/run/publish.ts';
import type { RunState } from '#domain/run/run-state.ts';
import { readProgress, wasStartTold, type StepProgress } from '#domain/run/resume.sql.ts';
import { planSteps, runsAfter, type PlannedStep, type StepGroup } from '#domain/run/step-plan.ts';
import { readPolicies } from '#domain/tick/policies.ts';
import { executeGroup, type FinalEnd } from './execute-group.ts';
import type { Entry } from './journal.ts';
import { tellWhenLate } from './late.ts';
import {
  createRunContext,
  type RunContext,
  type RunDeps,
  type Stop,
  type StopReason,
} from './run-context.ts';
import { endEntry, join, skippedEntry, stoppedEntry } from './run-entries.ts';

// A run that takes its worker down with it must not take the next ones too.
export const MAX_LOST_CLAIMS = 5;

export type Execution = {
  readonly claimed: Claimed;
  /** Ends the steps; what then becomes of the run follows from the reason. */
  stop(why: StopReason, words?: string | null): void;
  /** Settles when its last entry has been handed to the journal: the slot is free. */
  readonly worked: Promise<void>;
  /** Settles when its end is durable, or its fence lost. Never rejects. */
  readonly done: Promise<void>;
  /** The state in which it was left; null before `done`, and when its fence was lost. */
  readonly left: RunState | null;
};

/** Starts executing. */
export function executeRun(deps: RunDeps, claimed: Claimed): Execution {
  const controller = new AbortController();
  const stop = (why: StopReason, words?: string | null) =>
    controller.abort({ why, words: words ?? STOP_WORDS[why] } satisfies Stop);
  const run = createRunContext(deps, claimed, controller.signal, stop);
  const worked = Promise.withResolvers<void>();
  const left = readPolicies(claimed.config.policies).timeoutMs - claimed.ageMs;
  // Timers take at most 2^31 - 1 ms; what runs for 24 days is looked at again by its next claim.
  const timer = setTimeout(() => stop('timeout'), Math.min(Math.max(left, 0), 2 ** 31 - 1));

  const late = tellWhenLate(deps, claimed);

  const done = work(run, worked.resolve)
    .catch((error: unknown) => {
      if (error instanceof FenceLost) deps.log.warn({ runId: claimed.id }, error.message);
      // The lease runs out and another claim, perhaps our own, goes on from the last durable step.
      else
        deps.log.error({ err: error, runId: claimed.id }, 'a run was given up to the next claim');
    })
    .finally(async () => {
      clearTimeout(timer);
      worked.resolve();
      await late[Symbol.asyncDispose]();
    });
  return {
    claimed,
    stop,
    worked: worked.promise,
    done,
    get left() {
      return run.left;
    },
  };
}

async function work(run: RunContext, worked: () => void): Promise<void> {
  const { claimed } = run;
  const groups = planSteps(claimed.config.steps);
  // A worker may have been lost between its claim and its first word.
  if (claimed.fence === 1 || !(await wasStartTold(run.pool, claimed.id))) {
    run.note({ events: [{ type: 'run.started', payload: {} }] });
  }
  // A retry begins with steps of its origin.
  const isFresh = claimed.fence === 1 && claimed.originRunId === null;
  const before = isFresh ? [] : await resume(run, groups.flat());
  if (claimed.lostClaims >= MAX_LOST_CLAIMS) return giveUp(run, groups.flat(), before);

  let reason = before.find((step) => step.state === 'failed')?.reason ?? null;
  let failures = before.filter((step) => step.state === 'failed').length;
  let unwritten: Entry = {};
  for (const group of groups) {
    const open = group.filter((step) => isOpen(before[step.pos]));
    const due = open.filter((step) => runsAfter(step.runIf, failures > 0));
    unwritten = join(
      unwritten,
      ...open.filter((step) => !due.includes(step)).map((step) => skippedEntry(step)),
    );
    if (due.length === 0) continue;
    // The outcome of the steps before is durable before these begin.
    if (unwritten.events) await run.write(unwritten);
    unwritten = {};
    const ends = await executeGroup(run, due, (step) => before[step.pos] ?? UNTRIED);
    if (ends.some((end) => end.state === 'stopped')) {
      return stopRun(run, ends, laterThan(group, groups, before));
    }
    for (const end of ends) {
      if (end.state === 'succeeded') run.outputs.set(end.step.name, { output: end.output });
      if (end.state === 'failed') {
        reason ??= `step "${end.step.name}": ${end.reason}`;
        failures += 1;
      }
    }
    unwritten = join(...ends.map((end) => end.entry));
  }
  worked();
  await finish(run, unwritten, endOf(reason, failures));
}

const STOP_WORDS: Record<StopReason, string> = {
  cancelled: 'cancelled on request',
  timeout: 'timeout',
  lease_lost: 'the lease was lost',
  handed_over: 'the worker stopped in good order',
};

const UNTRIED = { attempt: 0, failures: 0 };

const isOpen = (known: StepProgress | undefined) =>
  known === undefined || known.state === 'pending' || known.state === 'running';

function endOf(reason: string | null, failures: number): RunChange {
  if (reason === null) return { state: 'succeeded' };
  const more = failures > 1 ? ` (and ${failures - 1} more)` : '';
  return { state: 'failed', reason: reason + more };
}

/** Takes stock of what older claims did, ends what is left of them and records their attempts as lost. */
async function resume(run: RunContext, steps: readonly PlannedStep[]): Promise<StepProgress[]> {
  const { claimed } = run;
  await endSessionsBefore(run.pool, claimed.id, claimed.fence);
  const before = await readProgress(run.pool, claimed.id);
  const nameAt = (pos: number) => steps[pos]?.name ?? String(pos);
  for (const { pos, state, output } of before) {
    if (state === 'succeeded' || state === 'reused') run.outputs.set(nameAt(pos), { output });
  }
  const lost = before.filter((step) => step.lostWorkerId !== null);
  const reason = 'the worker was lost';
  run.note({
    attempts: lost.map(({ pos, attempt }) => ({ pos, attempt, state: 'lost', reason })),
    events: lost.map(({ pos, attempt, lostWorkerId }) => ({
      type: 'attempt.lost',
      payload: { pos, name: nameAt(pos), attempt, worker_id: lostWorkerId, reason },
    })),
  });
  return before;
}

/** Writes the last entry and the run's end together. When the database refuses what a step produced, the run fails
 *  with that reason instead of staying open for ever. */
async function finish(run: RunContext, last: Entry, end: RunChange): Promise<void> {
  try {
    await run.write(join(last, endEntry(end)));
  } catch (error) {
    if (error instanceof FenceLost || isTransient(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const reason = `the database refused what the step produced: ${message}`;
    const steps = (last.steps ?? []).map(({ pos, attempt }) => ({
      pos,
      attempt,
      state: 'failed' as const,
      reason,
    }));
    await run.write(join({ steps }, endEntry({ state: 'failed', reason })));
  }
}

/** Ends or hands over a run whose signal has stopped its steps.
 *  @param later the steps that were not reached. */
async function stopRun(
  run: RunContext,
  ends: readonly FinalEnd[],
  later: readonly PlannedStep[],
): Promise<void> {
  const stop = run.signal.reason as Stop;
  const { why, words } = stop;
  const entries = ends.map((end) =>
    end.state === 'stopped' ? stoppedEntry(end, stop) : end.entry,
  );
  switch (why) {
    case 'lease_lost':
      throw new FenceLost(run.claimed.id, run.claimed.fence);
    case 'handed_over':
      return run.write(
        join(...entries, {
          events: [{ type: 'run.handed_over', payload: {} }],
          run: { state: 'queued' },
        }),
      );
    case 'cancelled':
    case 'timeout': {
      const rest = later.map((step) =>
        skippedEntry(step, why === 'cancelled' ? 'cancelled' : 'skipped'),
      );
      const end: RunChange =
        why === 'cancelled'
          ? { state: 'cancelled', reason: words }
          : { state: 'failed', reason: words };
      return run.write(join(...entries, ...rest, endEntry(end)));
    }
  }
}

function laterThan(
  group: StepGroup,
  groups: readonly StepGroup[],
  before: readonly StepProgress[],
): PlannedStep[] {
  const later = groups.slice(groups.indexOf(group) + 1).flat();
  return later.filter((step) => isOpen(before[step.pos]));
}

/** Ends a run that has cost too many workers. */
function giveUp(
  run: RunContext,
  steps: readonly PlannedStep[],
  before: readonly StepProgress[],
): Promise<void> {
  const reason = `${run.claimed.lostClaims} workers in a row were lost while executing it`;
  const open = steps.filter((step) => isOpen(before[step.pos]));
  const fatal = open.filter(({ pos }) => before[pos]?.state === 'running');
  const failed = fatal.map(({ pos }) => ({
    pos,
    attempt: before[pos]?.attempt ?? 0,
    state: 'failed' as const,
    reason,
  }));
  const skipped = open.filter((step) => !fatal.includes(step)).map((step) => skippedEntry(step));
  return run.write(join({ steps: failed }, ...skipped, endEntry({ state: 'failed', reason })));
}
