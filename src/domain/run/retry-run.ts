/** A run once more: with the same frozen configuration, parameters and due time, linked to the first run of its chain,
 *  so that the effects of a step keep one idempotency key however often it is retried. The old run is never
 *  rewritten. */
import { row, rows, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permit, type Principal } from '../access/principal.ts';
import type { Registry } from '../step/kind.ts';
import { readPolicies } from '../tick/policies.ts';
import * as slots from '../tick/slot.sql.ts';
import { CONFIG_VERSION } from './fire.sql.ts';
import * as sql from './retry.sql.ts';
import { reusedSteps } from './reused-steps.ts';
import { isFinished } from './run-state.ts';
import { planSteps } from './step-plan.ts';

export const RETRY_MODES = ['from_failed', 'from_start'] as const;
/** `from_failed` takes over the steps that succeeded before the first one that did not, with their outputs;
 *  `from_start` executes every step again. */
export type RetryMode = (typeof RETRY_MODES)[number];

export type Retry = {
  readonly runId: number;
  /** null: a run without a scenario has no ticks. */
  readonly tickId: number | null;
  /** Waiting: behind the active run of its exclusive scenario. */
  readonly state: 'queued' | 'waiting';
  /** How many steps are taken over. */
  readonly reused: number;
};

/** Retries a finished run. It runs as the scenario's present owner and under its present limits; a pause, a switch and
 *  a start deadline do not hold it back. A configuration that cannot be resolved any more fails the step, as in any run.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT when the run has not finished, is being retried already, succeeded
 *  (unless from the start) or its scenario was deleted; TRIGGER_CONFIG, with the step in `facts.config`, when no worker
 *  of this version could claim it. */
export function retryRun(
  { pool, kinds }: { readonly pool: Pool; readonly kinds: Registry },
  who: Principal,
  runId: number,
  { mode }: { readonly mode: RetryMode },
): Promise<Retry> {
  return transaction(pool, async (tx) => {
    // Looked at first: somebody who may not retry it must not hold a slot, not even for a moment.
    const seen = await findOrigin(tx, who, runId);
    const place = await lockPlace(tx, seen);
    const origin = await findOrigin(tx, who, runId);
    await refuse(tx, origin, mode, kinds);

    const states = await rows(tx, sql.findStepStates, [runId]);
    const stateAt = new Map(states.map(({ pos, state }) => [pos, state]));
    const reused =
      mode === 'from_failed' ? reusedSteps(planSteps(origin.config.steps), stateAt) : [];
    const state = place.blocker === null ? 'queued' : 'waiting';
    const made = await row(tx, sql.insertRetry, [
      runId,
      origin.firstRunId,
      mode,
      state,
      place.exclusive,
      place.priority,
      place.maxRunning,
      who.userId,
      reasonOf(who, runId, mode, place.blocker),
      reused,
    ]);
    await recordChange(tx, who, {
      action: 'run.retry',
      resourceType: 'run',
      resourceId: runId,
      after: { runId: made!.runId, mode, reused: reused.length },
    });
    const told = seen.scenarioId === null ? '' : String(seen.scenarioId);
    await rows(tx, slots.notify, [state === 'queued', String(made!.runId), told]);
    return { ...made!, state, reused: reused.length };
  });
}

async function findOrigin(tx: Client, who: Principal, runId: number): Promise<sql.Origin> {
  const found = await row(tx, sql.findOrigin, [runId, who.orgId]);
  if (found === null) throw new DomainError('NOT_FOUND', `No run ${runId}.`);
  permit(who, 'project.edit', found.projectId, { type: 'run', id: runId });
  return found;
}

type Place = Pick<sql.Origin, 'exclusive' | 'priority' | 'maxRunning'> & {
  /** What it waits for, in words; null: nothing. */
  readonly blocker: string | null;
};

/** Takes the slot, under which at most one retry of a chain can be unfinished, and looks who holds the place. */
async function lockPlace(tx: Client, origin: sql.Origin): Promise<Place> {
  const { scenarioId, firstRunId, exclusive, priority, maxRunning } = origin;
  if (scenarioId === null) {
    await rows(tx, sql.lockFirst, [firstRunId]);
    return { exclusive, priority, maxRunning, blocker: null };
  }
  const [slot] = await rows(tx, slots.lockSlots, [[scenarioId]]);
  if (!slot) throw new DomainError('NOT_FOUND', `No run ${origin.id}.`);
  const policies = readPolicies(slot.policies);
  const rules = { priority: policies.priority, maxRunning: policies.maxRunning };
  if (policies.overlap === 'allow') return { ...rules, exclusive: false, blocker: null };
  const taken = await row(tx, slots.findTaken, [[scenarioId]]);
  const active = taken?.activeRunId ?? null;
  const waits = (taken?.waiting ?? 0) > 0;
  const blocker = active !== null ? `run ${active}` : waits ? 'another run' : null;
  return { ...rules, exclusive: true, blocker };
}

async function refuse(
  tx: Client,
  origin: sql.Origin,
  mode: RetryMode,
  kinds: Registry,
): Promise<void> {
  const { id, state } = origin;
  const conflict = (message: string, facts = {}) => {
    throw new DomainError('CONFLICT', message, { facts });
  };
  if (!isFinished(state)) conflict(`Run ${id} is still ${state}; cancel it or wait for its end.`);
  if (state === 'succeeded' && mode === 'from_failed') {
    conflict(`Run ${id} succeeded, so no step is left to retry; retry it from the start.`);
  }
  if (origin.scenarioDeleted) {
    conflict(`The scenario of run ${id} was deleted, and nothing of it runs any more.`);
  }
  // Two at once would race for the effects that they share one key for.
  const other = await row(tx, sql.findUnfinished, [origin.firstRunId]);
  if (other) {
    const message = `Run ${id} is being retried by run ${other.id}; cancel that or wait for its end.`;
    conflict(message, { runId: other.id });
  }
  const unknown = origin.config.steps.find((step) => !kinds.has(step.kind));
  if (unknown || origin.configVersion > CONFIG_VERSION) {
    const what = unknown ? `the step kind "${unknown.kind}"` : 'the form of its configuration';
    throw new DomainError('TRIGGER_CONFIG', `This version does not know ${what} of run ${id}.`, {
      facts: { config: unknown ?? { config_version: origin.configVersion } },
    });
  }
}

function reasonOf(who: Principal, runId: number, mode: RetryMode, blocker: string | null): string {
  const from =
    mode === 'from_start' ? 'from the start' : 'from the first step that did not succeed';
  const behind = blocker === null ? '' : `; ${blocker} goes first`;
  return `${who.name} retries run ${runId} ${from}${behind}`;
}
