/** One attempt of one step: its configuration resolved and checked, its execution watched over. Writes nothing but
 *  that it began, its log and its progress; what came of it is recorded by whoever asked. */
import { formatPath } from '#platform/errors.ts';
import type { RunEvent } from '#domain/event/event.ts';
import { keepArtifact } from '#domain/run/artifact.ts';
import { FenceLost } from '#domain/run/publish.ts';
import type { PlannedStep } from '#domain/run/step-plan.ts';
import { ownConfig, resolveConfig } from '#domain/step/config.ts';
import type { Client } from '#platform/db.ts';
import type { Json, StepContext, StepResult } from '#domain/step/kind.ts';
import type { TemplateScope } from '#domain/step/template-text.ts';
import type { RunContext } from './run-context.ts';
import { createStepLog, type Progress } from './step-log.ts';

// A step must end within 2 s of its signal. One that does not is left behind: it holds no session by then and its
// fence keeps it from publishing, but its slot is needed.
const ABANDON_AFTER_MS = 10_000;

export type Attempt = {
  readonly result: StepResult;
  /** What was said last and is not written yet. */
  readonly events: readonly RunEvent[];
  readonly progress: Progress | null;
};

/** @param signal ends the attempt: the run's own, and the step's timeout. */
export async function attemptStep(
  run: RunContext,
  step: PlannedStep,
  attempt: number,
  signal: AbortSignal,
  connect: () => Promise<Client>,
): Promise<Attempt> {
  const { pos, name, kind } = step;
  const log = createStepLog(pos, (events, progress) =>
    run.note({
      events,
      ...(progress && { steps: [{ pos, state: 'running', attempt, progress }] }),
    }),
  );
  run.note({
    events: [{ type: 'step.started', payload: { pos, name, kind, attempt } }],
    steps: [{ pos, state: 'running', attempt }],
    attempts: [{ pos, attempt, state: 'running' }],
  });
  const context = stepContext(run, step, attempt, signal, { ...log, connect });
  const result = await Promise.race([execute(run, step, context), abandoned(signal)]);
  return { result, ...log.close() };
}

async function execute(
  run: RunContext,
  { kind: name, stored }: PlannedStep,
  context: StepContext,
): Promise<StepResult> {
  const kind = run.kinds.get(name);
  if (!kind) return refused(`this worker does not know the step kind "${name}"`);
  const owner = await run.owner();
  if (!owner.active) {
    return refused(`the owner ${owner.email} is deactivated; give the scenario another owner`);
  }
  const { config, problems } = resolveConfig(kind, ownConfig(stored, kind), scopeOf(run), []);
  if (problems.length > 0) {
    return refused(problems.map((p) => `${formatPath(p.path)}: ${p.message}`).join('; '));
  }
  try {
    const execute = await kind.load();
    context.signal.throwIfAborted();
    return await execute(context, config);
  } catch (error) {
    if (error instanceof FenceLost) throw error;
    if (!context.signal.aborted)
      run.log.error({ err: error, runId: context.runId }, 'a step threw');
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: 'failed', reason, retryable: true };
  }
}

/** Settles when a step has had its time to stop after its signal. */
function abandoned(signal: AbortSignal): Promise<StepResult> {
  return new Promise((settle) => {
    const onAbort = () => {
      const reason = `it did not stop within ${ABANDON_AFTER_MS / 1000} s`;
      setTimeout(
        () => settle({ outcome: 'failed', reason, retryable: false }),
        ABANDON_AFTER_MS,
      ).unref();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** What the step's templates may name at this moment. */
function scopeOf({ claimed, outputs }: RunContext): TemplateScope {
  return {
    param: claimed.params,
    project: claimed.context,
    run: { id: claimed.id, due_at: claimed.dueAt.toISOString(), source: claimed.source },
    steps: Object.fromEntries(outputs),
  };
}

function stepContext(
  { claimed, secretKey, shared }: RunContext,
  { pos, name }: PlannedStep,
  attempt: number,
  signal: AbortSignal,
  { log, progress, connect }: Pick<StepContext, 'log' | 'progress' | 'connect'>,
): StepContext {
  return {
    runId: claimed.id,
    pos,
    stepName: name,
    attempt,
    fence: claimed.fence,
    orgId: claimed.orgId,
    projectId: claimed.projectId,
    scenarioId: claimed.scenarioId,
    originRunId: claimed.originRunId ?? claimed.id,
    dueAt: claimed.dueAt,
    zone: claimed.config.zone,
    warehouseSchema: claimed.warehouseSchema,
    owner: claimed.owner,
    idempotencyKey: `${claimed.originRunId ?? claimed.id}:${pos}`,
    secretKey,
    signal,
    log,
    progress,
    connect,
    keep: (artifact) =>
      keepArtifact(shared.pool, { runId: claimed.id, fence: claimed.fence, pos }, artifact),
    shared,
  };
}

const refused = (reason: string): StepResult => ({ outcome: 'failed', reason, retryable: false });

/** The step's last progress as a change of its row; nothing when there was none. */
export function progressOf({ progress }: Pick<Attempt, 'progress'>): { progress?: Json } {
  return progress === null ? {} : { progress };
}
