/** The steps of a group, together. Those that publish in the database do so in one transaction once all have been
 *  executed, in step order; if one failed, none of the others becomes visible. A single step is a group of one. */
import { FenceLost, OutcomeUnknown, PublishFailed, publishSteps } from '#domain/run/publish.ts';
import type { PlannedStep, StepGroup } from '#domain/run/step-plan.ts';
import {
  executeStep,
  failedEntry,
  pauseForRetry,
  type Executed,
  type StepEnd,
  type Tried,
} from './execute-step.ts';
import { isTransient } from '#platform/db.ts';
import type { Entry } from './journal.ts';
import type { RunContext } from './run-context.ts';

type ExecutedEnd = Extract<StepEnd, { state: 'executed' }>;

/** A step's end once nothing is left to publish. */
export type FinalEnd =
  | Exclude<StepEnd, ExecutedEnd>
  | {
      readonly state: 'rolled_back';
      readonly step: PlannedStep;
      readonly reason: string;
      readonly entry: Entry;
    };

/** @param tried what earlier claims did, by position.
 *  @returns one end per step, in step order. */
export async function executeGroup(
  run: RunContext,
  group: StepGroup,
  tried: (step: PlannedStep) => Tried,
): Promise<FinalEnd[]> {
  await using sessions = new AsyncDisposableStack();
  const [alone] = group;
  if (alone && group.length === 1) return [await executeAlone(run, alone, tried(alone), sessions)];
  const ends = await Promise.all(
    group.map(async (step): Promise<StepEnd | FinalEnd> => {
      const end = await executeStep(run, step, tried(step), sessions);
      if (end.state === 'executed')
        return step.transactional ? end : (await publish(run, [end]))[0]!;
      if (end.state === 'stopped') return end;
      // Told at once, not when the slowest of the group is done.
      run.note(end.entry);
      return { ...end, entry: {} };
    }),
  );
  const waiting = ends.filter((end) => end.state === 'executed');
  if (waiting.length === 0) return ends.filter((end) => end.state !== 'executed');
  const published = await publishTogether(run, ends, waiting);
  return ends.map((end) =>
    end.state === 'executed' ? published.find(({ step }) => step === end.step)! : end,
  );
}

/** A step by itself: a publication that another try may mend, such as one that waited too long for a lock, is
 *  tried again with the step. In a group that would hold up, and undo, the work of the others. */
async function executeAlone(
  run: RunContext,
  step: PlannedStep,
  tried: Tried,
  sessions: AsyncDisposableStack,
): Promise<FinalEnd> {
  for (let so = tried; ;) {
    const end = await executeStep(run, step, so, sessions);
    if (end.state !== 'executed') return end;
    const [published] = await publishTogether(run, [end], [end]);
    if (published?.state !== 'failed' || !published.retryable) return published!;
    const { attempt } = end.executed.publication;
    so = { attempt, failures: end.executed.failures + 1 };
    if (so.failures > step.retries.max) return published;
    await pauseForRetry(run, step, so, published.reason);
  }
}

async function publishTogether(
  run: RunContext,
  ends: readonly (StepEnd | FinalEnd)[],
  waiting: readonly ExecutedEnd[],
): Promise<FinalEnd[]> {
  const failed = ends.find((end) => end.state === 'failed');
  if (!run.signal.aborted && !failed) return publish(run, waiting);
  for (const { executed } of waiting) await executed.discard();
  if (failed) return waiting.map((end) => rolledBack(end, failed.step));
  return waiting.map(({ step, executed }) => stopped(step, executed));
}

/** Publishes in one transaction. When one refuses it has failed and the others are rolled back. */
async function publish(run: RunContext, waiting: readonly ExecutedEnd[]): Promise<FinalEnd[]> {
  const [first] = waiting;
  if (!first) return [];
  const { connect } = first.executed;
  try {
    const outputs = await publishSteps(
      connect,
      run.pool,
      run.key,
      waiting.map(({ executed }) => executed.publication),
    );
    return waiting.map(({ step }, i) => ({
      state: 'succeeded',
      step,
      output: outputs[i] ?? null,
      entry: {},
    }));
  } catch (error) {
    if (error instanceof FenceLost || error instanceof OutcomeUnknown) throw error;
    for (const { executed } of waiting) await executed.discard();
    if (run.signal.aborted) {
      return waiting.map(({ step, executed }) => stopped(step, executed));
    }
    const culprit =
      waiting.find(({ step }) => error instanceof PublishFailed && step.pos === error.pos) ?? first;
    const message = error instanceof Error ? error.message : String(error);
    return waiting.map((end) =>
      end === culprit
        ? publishFailed(end, `publishing failed, nothing became visible: ${message}`, error)
        : rolledBack(end, culprit.step),
    );
  }
}

const stopped = (step: PlannedStep, { publication: { attempt } }: Executed): FinalEnd => ({
  state: 'stopped',
  step,
  attempt,
  entry: {},
});

function publishFailed({ step, executed }: ExecutedEnd, reason: string, error: unknown): FinalEnd {
  const { attempt } = executed.publication;
  const entry = failedEntry(step, attempt, reason, { events: [], progress: null });
  return { state: 'failed', step, reason, entry, retryable: mayMend(error) };
}

/** Whether another try may succeed: the kind says so of its own failures, the database of its. */
function mayMend(error: unknown): boolean {
  const cause = error instanceof PublishFailed ? error.cause : error;
  if (typeof cause === 'object' && cause !== null && 'retryable' in cause)
    return cause.retryable === true;
  return isTransient(cause);
}

function rolledBack({ step, executed }: ExecutedEnd, culprit: PlannedStep): FinalEnd {
  const { pos, name, kind } = step;
  const { attempt } = executed.publication;
  const reason = `rolled back, since step "${culprit.name}" of its group failed`;
  return {
    state: 'rolled_back',
    step,
    reason,
    entry: {
      events: [
        {
          type: 'step.finished',
          payload: { pos, name, kind, attempt, state: 'rolled_back', reason },
        },
      ],
      steps: [{ pos, state: 'rolled_back', attempt, reason }],
      attempts: [{ pos, attempt, state: 'cancelled', reason }],
    },
  };
}
