/** One attempt of one step: configuration resolved and checked, executed, published, and its outcome durable before
 *  the answer. */
import { formatPath } from '#platform/errors.ts';
import type { StoredStep } from '#domain/run/claim.sql.ts';
import { FenceLost, publishStep } from '#domain/run/publish.ts';
import { ownConfig, resolveConfig } from '#domain/step/config.ts';
import type { Json, StepContext, StepResult } from '#domain/step/kind.ts';
import type { TemplateScope } from '#domain/step/template-text.ts';
import type { Entry } from './journal.ts';
import type { RunContext } from './run-context.ts';
import { createStepLog } from './step-log.ts';
import { createStepSessions } from './step-session.ts';

export type StepOutcome =
  | { readonly state: 'succeeded'; readonly output: Json }
  | { readonly state: 'failed'; readonly reason: string }
  /** The run's signal ended it; the run decides what that means. */
  | { readonly state: 'stopped' };

/** Executes the step's next attempt and records it. A step that ends well and publishes nothing is answered with
 *  the entry still to be written, so that a run's last step and its end share a flush.
 *  @throws FenceLost when another claim holds the run. */
export async function executeStep(
  run: RunContext,
  pos: number,
  attempt: number,
): Promise<{ outcome: StepOutcome; entry: Entry }> {
  const step = run.claimed.config.steps[pos];
  if (!step) throw new Error(`run ${run.claimed.id} has no step ${pos}`);
  const log = createStepLog(pos, (events, progress) =>
    run.note({
      events,
      ...(progress && { steps: [{ pos, state: 'running', attempt, progress }] }),
    }),
  );
  run.note({
    events: [
      { type: 'step.started', payload: { pos, name: nameOf(step), kind: step.kind, attempt } },
    ],
    steps: [{ pos, state: 'running', attempt }],
    attempts: [{ pos, attempt, state: 'running' }],
  });

  await using sessions = createStepSessions(run, run.key, run.signal);
  const context = stepContext(run, pos, attempt, log, sessions.connect);
  const result = await attemptStep(run, step, context);
  const gathered = log.close();
  const { claimed, signal } = run;

  // What succeeded in spite of the signal has happened, unless it is still to be made visible.
  if (signal.aborted && (result.outcome === 'failed' || result.publish)) {
    return { outcome: { state: 'stopped' }, entry: { events: gathered.events } };
  }
  const finished = { pos, name: nameOf(step), kind: step.kind, attempt };
  if (result.outcome === 'failed') {
    const { reason, output } = result;
    return {
      outcome: { state: 'failed', reason },
      entry: {
        events: [
          ...gathered.events,
          { type: 'step.finished', payload: { ...finished, state: 'failed', reason } },
        ],
        steps: [{ pos, state: 'failed', attempt, reason, output, ...progressOf(gathered) }],
        attempts: [{ pos, attempt, state: 'failed', reason }],
      },
    };
  }
  const event = { ...finished, state: 'succeeded' };
  if (!result.publish) {
    return {
      outcome: { state: 'succeeded', output: result.output },
      entry: {
        events: [...gathered.events, { type: 'step.finished', payload: event }],
        steps: [
          { pos, state: 'succeeded', attempt, output: result.output, ...progressOf(gathered) },
        ],
        attempts: [{ pos, attempt, state: 'succeeded' }],
      },
    };
  }
  // What was said so far comes before the outcome, which the publish transaction writes itself.
  await run.write({
    events: gathered.events,
    steps: [{ pos, state: 'running', attempt, ...progressOf(gathered) }],
  });
  try {
    const output = await publishStep(
      sessions.connect,
      { runId: claimed.id, fence: claimed.fence, pos, attempt, output: result.output, event },
      result.publish,
    );
    return { outcome: { state: 'succeeded', output }, entry: {} };
  } catch (error) {
    if (error instanceof FenceLost) throw error;
    if (signal.aborted) return { outcome: { state: 'stopped' }, entry: {} };
    const reason = `publishing failed, nothing became visible: ${messageOf(error)}`;
    return {
      outcome: { state: 'failed', reason },
      entry: {
        events: [{ type: 'step.finished', payload: { ...finished, state: 'failed', reason } }],
        steps: [{ pos, state: 'failed', attempt, reason }],
        attempts: [{ pos, attempt, state: 'failed', reason }],
      },
    };
  }
}

async function attemptStep(
  run: RunContext,
  step: StoredStep,
  context: StepContext,
): Promise<StepResult> {
  const kind = run.kinds.get(step.kind);
  if (!kind) return failed(`this worker does not know the step kind "${step.kind}"`);
  const owner = await run.owner();
  if (!owner.active) {
    return failed(`the owner ${owner.email} is deactivated; give the scenario another owner`);
  }
  const { config, problems } = resolveConfig(kind, ownConfig(step, kind), scopeOf(run), []);
  if (problems.length > 0) {
    return failed(problems.map((p) => `${formatPath(p.path)}: ${p.message}`).join('; '));
  }
  try {
    const execute = await kind.load();
    return await execute(context, config);
  } catch (error) {
    if (error instanceof FenceLost) throw error;
    if (!run.signal.aborted) run.log.error({ err: error, runId: run.claimed.id }, 'a step threw');
    return failed(messageOf(error));
  }
}

/** What the step's templates may name at this moment. */
function scopeOf({ claimed, outputs }: RunContext): TemplateScope {
  return {
    param: claimed.params,
    project: claimed.context as TemplateScope['project'],
    run: { id: claimed.id, due_at: claimed.dueAt.toISOString(), source: claimed.source },
    steps: Object.fromEntries(outputs),
  };
}

function stepContext(
  run: RunContext,
  pos: number,
  attempt: number,
  log: Pick<StepContext, 'log' | 'progress'>,
  connect: StepContext['connect'],
): StepContext {
  const { claimed } = run;
  return {
    runId: claimed.id,
    pos,
    attempt,
    fence: claimed.fence,
    orgId: claimed.orgId,
    projectId: claimed.projectId,
    scenarioId: claimed.scenarioId,
    warehouseSchema: claimed.warehouseSchema,
    owner: claimed.owner,
    idempotencyKey: `${claimed.originRunId ?? claimed.id}:${pos}`,
    signal: run.signal,
    log: log.log,
    progress: log.progress,
    connect,
  };
}

function progressOf({ progress }: { progress: Json }) {
  return progress === null ? {} : { progress };
}

export function nameOf(step: StoredStep): string {
  return typeof step['name'] === 'string' ? step['name'] : step.kind;
}

function failed(reason: string): StepResult {
  return { outcome: 'failed', reason, retryable: false };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
