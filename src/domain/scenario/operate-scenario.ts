/** What an operator does to a scenario without changing its configuration: pause, resume, run now, delete,
 *  and the copy that starts from it. */
import { row, transaction, type Client } from '#platform/db.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { toJsonb } from '../event/event.ts';
import { fireManual } from '../tick/fire-manual.ts';
import { cancelWaiting, decideUpToNow, nextDue, notifySchedule, recordPause } from './due-state.ts';
import { pauseUntilNotYet } from './not-yet.ts';
import { readRunRequest, undefinedParameter } from './run-request.ts';
import { createScenario } from './save-scenario.ts';
import {
  getScenario,
  lockScenario,
  toScenario,
  type Scenario,
  type ScenarioDeps,
} from './scenario.ts';
import * as sql from './scenario.sql.ts';

const MAX_NOTE = 1000;

/** Stops new ticks until it is resumed; waiting runs are cancelled, queued and running ones finish. On a paused
 *  scenario it only replaces the note.
 *  @throws DomainError NOT_FOUND, FORBIDDEN, VALIDATION. */
export async function pauseScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  { note = null, until = null }: { note?: string | null; until?: Date | null } = {},
): Promise<Scenario> {
  const problems = pauseUntilNotYet(until);
  if (note !== null && (note.length > MAX_NOTE || note.includes('\0'))) {
    problems.push({ path: ['note'], message: `has at most ${MAX_NOTE} characters`, value: note });
  }
  if (problems.length > 0) throw invalid(problems);
  return transaction(deps.pool, async (tx) => {
    const before = await lockScenario(tx, who, id, null);
    const since = before.pausedAt ?? (await decideUpToNow(tx, before));
    await cancelWaiting(
      tx,
      who,
      id,
      note ? `the scenario was paused: ${note}` : 'the scenario was paused',
    );
    const paused = await row(tx, sql.setPause, [id, since, note, null, brokenText(before)]);
    return recordOperation(tx, who, 'pause', before, toScenario(paused!));
  });
}

/** Ticks again from now; due times of the pause are recorded and not replayed. Again changes nothing.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; TRIGGER_CONFIG when its trigger cannot be read any more. */
export function resumeScenario(deps: ScenarioDeps, who: Principal, id: number): Promise<Scenario> {
  return transaction(deps.pool, async (tx) => {
    const before = await lockScenario(tx, who, id, null);
    if (before.pausedAt === null) return before;
    const { now } = (await row(tx, sql.databaseClock))!;
    await recordPause(tx, before, now);
    const due = nextDue({ ...before, pausedAt: null }, now);
    const resumed = await row(tx, sql.setPause, [id, null, null, due, null]);
    return recordOperation(tx, who, 'resume', before, toScenario(resumed!));
  });
}

/** Soft: its runs stay readable, the active one finishes, waiting ones are cancelled, its slug is free.
 *  @throws DomainError NOT_FOUND, FORBIDDEN. */
export async function deleteScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  { projectId = null }: { readonly projectId?: number | null } = {},
): Promise<void> {
  await transaction(deps.pool, async (tx) => {
    const before = await lockScenario(tx, who, id, projectId);
    await cancelWaiting(tx, who, id, 'the scenario was deleted');
    await row(tx, sql.markDeleted, [id]);
    await recordOperation(tx, who, 'delete', before, null);
  });
}

/** A copy in the same project, switched off, so that nothing runs twice unawares. Its owner is the caller.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; VALIDATION when what is copied would be refused today. */
export async function duplicateScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  { name }: { readonly name?: string | null } = {},
): Promise<Scenario> {
  const source = await getScenario(deps, who, id);
  const { description, trigger, steps, policies } = source;
  return createScenario(deps, who, source.projectId, {
    name: name ?? `Copy of ${source.name}`.slice(0, 200),
    description,
    trigger,
    steps,
    policies,
    enabled: false,
  });
}

/** Fires it now, whatever its trigger, its switch and its pause say. Behind an active run it waits, unless
 *  `overlap` is allow.
 *  @param request `{params, idempotencyKey}`; the same key answers the same run again.
 *  @returns the run and whether it is new.
 *  @throws DomainError NOT_FOUND, FORBIDDEN, VALIDATION; TRIGGER_CONFIG with the offending step field in
 *  `facts.config` when a template names a parameter that has no value. */
export async function runScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  request: { readonly params?: unknown; readonly idempotencyKey?: string | null },
  { projectId = null }: { readonly projectId?: number | null } = {},
): Promise<{ runId: number; tickId: number; created: boolean }> {
  const { params, idempotencyKey } = readRunRequest(request);
  return transaction(deps.pool, async (tx) => {
    const scenario = await lockScenario(tx, who, id, projectId);
    const missing = undefinedParameter(scenario.steps, params);
    if (missing !== null) {
      throw new DomainError('TRIGGER_CONFIG', missing.message, {
        problems: [missing],
        facts: { config: missing.config },
      });
    }
    const fired = await fireManual(tx, {
      scenarioId: id,
      userId: who.userId,
      params,
      idempotencyKey,
    });
    if (fired.created) {
      await recordChange(tx, who, {
        action: 'scenario.run',
        resourceType: 'scenario',
        resourceId: id,
        after: { runId: fired.runId, params },
      });
    }
    return fired;
  });
}

async function recordOperation<After extends Scenario | null>(
  tx: Client,
  who: Principal,
  verb: string,
  before: Scenario,
  after: After,
): Promise<After> {
  await recordChange(tx, who, {
    action: `scenario.${verb}`,
    resourceType: 'scenario',
    resourceId: before.id,
    before: { pausedAt: before.pausedAt, pauseNote: before.pauseNote, nextDueAt: before.nextDueAt },
    ...(after !== null && {
      after: { pausedAt: after.pausedAt, pauseNote: after.pauseNote, nextDueAt: after.nextDueAt },
    }),
  });
  await notifySchedule(tx);
  return after;
}

function brokenText(scenario: Scenario): string | null {
  return scenario.broken === null ? null : toJsonb(scenario.broken);
}
