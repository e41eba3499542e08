/** A run that a person asked for: ignores trigger, calendar and pause, and waits behind the active run of an
 *  exclusive scenario. */
import { row, rows, statement, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { fireRuns, type Fired, type Firing } from '../run/fire.sql.ts';
import { readPolicies } from './policies.ts';
import * as sql from './slot.sql.ts';

const findByKey = statement<{ runId: number; tickId: number }>(
  'find-manual-tick',
  `select run_id as "runId", id as "tickId" from tick
   where scenario_id = $1 and source = 'manual' and source_key = $2`,
);

export type ManualFiring = {
  readonly scenarioId: number;
  readonly userId: number;
  /** Overrides of the scenario's parameters. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The same key answers the same run again; empty: always a new one. */
  readonly idempotencyKey: string;
};

/** Fires a scenario now, in the caller's transaction, under its slot.
 *  @returns the run, and whether it is new.
 *  @throws DomainError NOT_FOUND when the scenario is gone. */
export async function fireManual(
  tx: Client,
  { scenarioId, userId, params, idempotencyKey }: ManualFiring,
): Promise<{ runId: number; tickId: number; created: boolean }> {
  const [slot] = await rows(tx, sql.lockSlots, [[scenarioId]]);
  if (!slot) throw new DomainError('NOT_FOUND', `No scenario ${scenarioId}.`);
  const known =
    idempotencyKey === '' ? null : await row(tx, findByKey, [scenarioId, idempotencyKey]);
  if (known) return { ...known, created: false };

  const policies = readPolicies(slot.policies);
  const exclusive = policies.overlap !== 'allow';
  const [place] = exclusive ? await rows(tx, sql.findTaken, [[scenarioId]]) : [];
  const blocker = place?.activeRunId ?? null;
  const waits = blocker !== null || (place?.waiting ?? 0) > 0;
  const firing: Firing = {
    scenarioId,
    source: 'manual',
    sourceKey: idempotencyKey,
    dueMs: slot.now.getTime(),
    state: waits ? 'waiting' : 'queued',
    exclusive,
    priority: policies.priority,
    maxRunning: policies.maxRunning,
    startMs: slot.now.getTime(),
    startBeforeMs: null,
    params,
    triggeredByUserId: userId,
    reason: waits ? `${blocker === null ? 'another run' : `run ${blocker}`} goes first` : null,
  };
  const fired = await fireNextFree(tx, firing);
  await rows(tx, sql.notify, [!waits, String(fired.runId), String(scenarioId)]);
  return { runId: fired.runId, tickId: fired.tickId, created: true };
}

/** Ticks are told apart by their millisecond: of several requests in one, each takes the next that is free. We hold
 *  the slot, so no other can take it first. */
async function fireNextFree(tx: Client, firing: Firing): Promise<Fired> {
  for (let dueMs = firing.dueMs; ; dueMs++) {
    const [fired] = await fireRuns(tx, [{ ...firing, dueMs }]);
    if (fired) return fired;
  }
}
