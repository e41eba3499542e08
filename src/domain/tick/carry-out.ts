/** Carries out what was decided about scenarios whose slots the caller holds: runs and their ticks, ticks that do
 *  not fire, and the cancelling that `cancel_other` asks for. The same for due times and for upstream successes. */
import { rows, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { payloadOf } from '../event/channels.ts';
import { requestCancel } from '../run/cancel-run.ts';
import { promote } from '../run/promote.ts';
import { fireRuns, type Firing } from '../run/fire.sql.ts';
import type { Taken } from './place.ts';
import { readPolicies } from './policies.ts';
import { recordQuiet, type TickSource } from './record-quiet.ts';
import * as sql from './slot.sql.ts';
import { startWindow } from './start-window.ts';
import { makesRun, type TickDraft } from './tick.ts';

// The system itself, as author of what no person asked for.
const SYSTEM_USER = 0;

const REPLACED = 'a later due time takes its place';

export type Decided = {
  readonly slot: Pick<sql.Slot, 'id' | 'policies'>;
  readonly taken: Taken;
  readonly ticks: readonly TickDraft[];
  /** `cancel_other`: the active run is to end, and what waited is replaced. */
  readonly cancelsOthers: boolean;
};

/** Who holds and who waits for the places of these scenarios; asked after their slots were taken. */
export async function findTaken(
  tx: Client,
  scenarioIds: readonly number[],
): Promise<(scenarioId: number) => Taken> {
  const found = await rows(tx, sql.findTaken, [scenarioIds]);
  const byId = new Map(found.map((taken) => [taken.scenarioId, taken]));
  return (scenarioId) => byId.get(scenarioId) ?? { activeRunId: null, waiting: 0 };
}

/** Writes and notifies. */
export async function carryOut(
  tx: Client,
  source: TickSource,
  decided: readonly Decided[],
): Promise<void> {
  for (const { slot, cancelsOthers } of decided) {
    if (cancelsOthers) await cancelWaiting(tx, slot.id);
  }
  const fired = await fireRuns(
    tx,
    decided.flatMap((each) => firingsOf(source, each)),
  );
  // Cancelled last: a queued one ends at once, and its place goes to the run that was just made.
  for (const { slot, taken, cancelsOthers } of decided) {
    if (cancelsOthers && taken.activeRunId !== null) {
      await cancelActive(tx, slot.id, taken.activeRunId);
    }
  }
  await recordQuiet(
    tx,
    source,
    decided.flatMap(({ slot, ticks }) =>
      ticks
        .filter((tick) => !makesRun(tick))
        .map((tick) => ({ detail: null, ...tick, scenarioId: slot.id })),
    ),
  );
  await rows(tx, sql.notify, [
    fired.length > 0,
    payloadOf(fired.map(({ runId }) => runId)),
    payloadOf(decided.map(({ slot }) => slot.id)),
  ]);
}

function firingsOf(source: TickSource, { slot, ticks }: Decided): Firing[] {
  const policies = readPolicies(slot.policies);
  return ticks.filter(makesRun).map((tick) => ({
    scenarioId: slot.id,
    source,
    sourceKey: tick.sourceKey ?? '',
    dueMs: tick.dueMs,
    state: tick.outcome === 'fired' ? ('queued' as const) : ('waiting' as const),
    exclusive: policies.overlap !== 'allow' || tick.caughtUp === true,
    priority: policies.priority,
    maxRunning: policies.maxRunning,
    ...startWindow(policies, slot.id, tick.dueMs),
    params: {},
    triggeredByUserId: null,
    reason: tick.reason,
    detail: tick.detail ?? null,
  }));
}

/** The active run may end by itself at this very moment: then its place is free for the one that waits. */
async function cancelActive(tx: Client, scenarioId: number, runId: number): Promise<void> {
  try {
    await requestCancel(tx, runId, SYSTEM_USER, REPLACED);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'CONFLICT') throw error;
    await promote(tx, scenarioId);
  }
}

async function cancelWaiting(tx: Client, scenarioId: number): Promise<void> {
  for (const { runId } of await rows(tx, sql.findWaitingRuns, [scenarioId])) {
    await requestCancel(tx, runId, SYSTEM_USER, REPLACED);
  }
}
