/** What an operator does to a scenario without changing its configuration: pause, resume, run now, delete,
 *  and the copy that starts from it. */
import { row, rows, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { recordChange, type Actor } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { toJsonb } from '../event/event.ts';
import { decideArrivals } from '../tick/arrivals.ts';
import { lockCellOf, turnOffDeleted } from '../template/cell-of-deleted.ts';
import type { CellRow } from '../template/template.sql.ts';
import { fireManual } from '../tick/fire-manual.ts';
import { faultOf } from '../tick/record-quiet.ts';
import {
  cancelWaiting,
  decideUpToNow,
  idleFrom,
  nextDue,
  notifyChanged,
  recordIdle,
  recordUpToNow,
} from './due-state.ts';
import { readRunRequest, requireParameters } from './run-request.ts';
import { createScenario } from './save-scenario.ts';
import {
  getScenario,
  lockScenario,
  toScenario,
  type Scenario,
  type ScenarioDeps,
} from './scenario.ts';
import * as sql from './scenario.sql.ts';
import { lockLinks, lostUpstream, unlinkDeleted } from './upstream-links.ts';

const MAX_NOTE = 1000;

// The system itself, as author of what nobody asked for at that moment.
const SYSTEM_USER = 0;

/** Stops new ticks until it is resumed, or until an instant in the future; waiting runs are cancelled, queued and running ones finish. On a paused
 *  scenario it only replaces the note and the end.
 *  @throws DomainError NOT_FOUND, FORBIDDEN, VALIDATION. */
export async function pauseScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  { note = null, until = null }: { note?: string | null; until?: Date | null } = {},
): Promise<Scenario> {
  const problems: Problem[] = [];
  if (note !== null && (note.length > MAX_NOTE || note.includes('\0'))) {
    problems.push({ path: ['note'], message: `has at most ${MAX_NOTE} characters`, value: note });
  }
  if (problems.length > 0) throw invalid(problems);
  return transaction(deps.pool, async (tx) => {
    const before = await lockScenario(tx, who, id, null);
    const { now } = (await row(tx, sql.databaseClock))!;
    if (until !== null && until <= now) throw invalid([pastEnd(until)]);
    return pauseLocked(tx, who, before, { note, until });
  });
}

/** The same for a scenario whose slot the caller holds, in the caller's transaction. */
export async function pauseLocked(
  tx: Client,
  who: Actor,
  before: Scenario,
  { note, until = null }: { readonly note: string | null; readonly until?: Date | null },
): Promise<Scenario> {
  const { id } = before;
  // What passed while it was switched off has another reason than what passes from now on.
  const settle = before.idleSince === null ? decideUpToNow : recordUpToNow;
  const now = before.pausedAt === null ? await settle(tx, before) : null;
  const since = now ?? before.pausedAt;
  const idleSince = now ?? before.idleSince;
  await cancelWaiting(
    tx,
    who,
    id,
    note ? `the scenario was paused: ${note}` : 'the scenario was paused',
  );
  const paused = await row(tx, sql.setPause, [
    id,
    since,
    note,
    null,
    brokenText(before),
    until,
    idleSince,
  ]);
  await decideArrivals(tx, [id]);
  return recordOperation(tx, who, 'pause', before, toScenario(paused!));
}

/** Ticks again from now; due times of the pause are recorded and not replayed. Again changes nothing.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; TRIGGER_CONFIG when its trigger cannot be read any more. */
export function resumeScenario(deps: ScenarioDeps, who: Principal, id: number): Promise<Scenario> {
  return transaction(deps.pool, async (tx) => {
    const before = await lockScenario(tx, who, id, null);
    return before.pausedAt === null ? before : resumeLocked(tx, who, before);
  });
}

/** Resumes the scenarios whose pause has come to its end. Several workers may do so at once. One whose trigger cannot
 *  be read any more stays paused, now without an end and broken for all to see. @returns how many. */
export async function resumeEnded(pool: Pool): Promise<number> {
  const ended = await rows(pool, sql.endedPauses);
  for (const { id, orgId } of ended) {
    const who = { orgId, userId: SYSTEM_USER, address: null };
    try {
      await whenEnded(pool, id, orgId, (tx, before) => resumeLocked(tx, who, before));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await whenEnded(pool, id, orgId, async (tx, before) => {
        const { pausedAt, pauseNote, idleSince } = before;
        const broken = toJsonb(faultOf(before, error));
        const stuck = await row(tx, sql.setPause, [
          id,
          pausedAt,
          pauseNote,
          null,
          broken,
          null,
          idleSince,
        ]);
        await recordOperation(tx, who, 'break', before, toScenario(stuck!));
      });
    }
  }
  return ended.length;
}

async function whenEnded(
  pool: Pool,
  id: number,
  orgId: number,
  work: (tx: Client, before: Scenario) => Promise<unknown>,
): Promise<void> {
  await transaction(pool, async (tx) => {
    const found = await row(tx, sql.lockScenario, [id, orgId]);
    const { now } = (await row(tx, sql.databaseClock))!;
    const over = found?.pausedUntil != null && found.pausedUntil <= now;
    if (found && over && found.deletedAt === null) await work(tx, toScenario(found));
  });
}

async function resumeLocked(tx: Client, who: Actor, before: Scenario): Promise<Scenario> {
  const { now } = (await row(tx, sql.databaseClock))!;
  await recordIdle(tx, before, now);
  await decideArrivals(tx, [before.id]);
  const resumes = { ...before, pausedAt: null };
  const due = nextDue(resumes, now);
  const idleSince = idleFrom(resumes, now);
  const broken = lostUpstream(before) ? brokenText(before) : null;
  const resumed = await row(tx, sql.setPause, [
    before.id,
    null,
    null,
    due,
    broken,
    null,
    idleSince,
  ]);
  return recordOperation(tx, who, 'resume', before, toScenario(resumed!));
}

const pastEnd = (until: Date): Problem => ({
  path: ['until'],
  message: 'lies in the past; leave it out or name an instant to come',
  value: until.toISOString(),
});

/** Soft: its runs stay readable, the active one finishes, waiting ones are cancelled, its slug is free. Scenarios that
 *  it is an upstream of are broken until their triggers are edited. The cell of the template that made it turns off.
 *  @throws DomainError NOT_FOUND, FORBIDDEN. */
export async function deleteScenario(
  deps: ScenarioDeps,
  who: Principal,
  id: number,
  { projectId = null }: { readonly projectId?: number | null } = {},
): Promise<void> {
  await transaction(deps.pool, async (tx) => {
    let cell: CellRow | null = null;
    const before = await lockScenario(tx, who, id, projectId, async () => {
      cell = await lockCellOf(tx, id);
      await lockLinks(tx, who.orgId);
    });
    await cancelWaiting(tx, who, id, 'the scenario was deleted');
    await row(tx, sql.markDeleted, [id]);
    if (cell !== null) await turnOffDeleted(tx, who, cell);
    await unlinkDeleted(tx, before);
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
    requireParameters(scenario.steps, params);
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
  who: Actor,
  verb: 'pause' | 'break' | 'resume' | 'delete',
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
  await notifyChanged(tx, [before.id]);
  return after;
}

function brokenText(scenario: Scenario): string | null {
  return scenario.broken === null ? null : toJsonb(scenario.broken);
}
