/** Ticks that do not fire. */
import { rows, type Client } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { toJsonb } from '../event/event.ts';
import * as sql from './slot.sql.ts';
import type { TickDraft } from './tick.ts';

/** What makes a tick by itself. */
export type TickSource = 'schedule' | 'upstream';

type QuietTick = TickDraft & { readonly scenarioId: number; readonly detail: string | null };

/** Writes ticks that do not fire, for scenarios whose slots the caller holds. */
export async function recordQuiet(
  tx: Client,
  source: TickSource | 'backfill',
  ticks: readonly QuietTick[],
): Promise<void> {
  if (ticks.length === 0) return;
  await rows(tx, sql.insertQuiet, [
    ticks.map((tick) => tick.scenarioId),
    ticks.map((tick) => tick.outcome),
    ticks.map((tick) => tick.dueMs),
    ticks.map((tick) => tick.untilMs),
    ticks.map((tick) => tick.count),
    ticks.map((tick) => tick.reason),
    ticks.map((tick) => tick.detail),
    ticks.map((tick) => tick.sourceKey ?? ''),
    source,
  ]);
}

/** Why a scenario cannot tick, as `scenario.broken` and the detail of its tick hold it. */
export type Fault = {
  readonly code: string;
  readonly message: string;
  /** Exactly the offending part of the configuration. */
  readonly config: unknown;
};

/** Breaks a scenario whose slot the caller holds: a tick says why, and it does not tick until it is edited. */
export async function recordBroken(
  tx: Client,
  source: TickSource,
  scenarioId: number,
  due: { readonly dueMs: number; readonly sourceKey?: string },
  fault: Fault,
): Promise<void> {
  const detail = toJsonb(fault);
  const draft = { outcome: 'error', untilMs: due.dueMs, count: 1, reason: fault.message } as const;
  await recordQuiet(tx, source, [{ ...draft, ...due, scenarioId, detail }]);
  await rows(tx, sql.breakScenario, [scenarioId, detail]);
}

/** What a failed decision says about its scenario. */
export function faultOf({ trigger }: Pick<sql.Slot, 'trigger'>, error: unknown): Fault {
  const domain = error instanceof DomainError ? error : null;
  return {
    code: domain?.code.toLowerCase() ?? 'tick_failed',
    message: error instanceof Error ? error.message : String(error),
    config: domain?.facts['config'] ?? trigger,
  };
}
