/** Steps that somebody asks for without a scenario, as in "send now": checked as a scenario's steps are, and an
 *  ordinary run from then on, with the rights of whoever asked. */
import { row, rows, transaction } from '#platform/db.ts';
import { invalid } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { toJsonb } from '../event/event.ts';
import { getProject } from '../project/project.ts';
import * as slots from '../tick/slot.sql.ts';
import { stepProblems } from './check-scenario.ts';
import { readRunRequest, requireParameters } from './run-request.ts';
import * as sql from './run-steps.sql.ts';
import type { ScenarioDeps } from './scenario.ts';
import { parseSteps } from './step-input.ts';

export type StepsRequest = {
  readonly projectId: number;
  /** What the run is called. */
  readonly name: string;
  /** As in a scenario. */
  readonly steps: readonly unknown[];
  /** The same key in the same project answers the same run again, for a day. */
  readonly idempotencyKey?: string | null;
};

/** @returns the run, and whether it is new.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit; VALIDATION with every problem, its path beginning
 *  with `steps`; TRIGGER_CONFIG where a template names a parameter. */
export async function runSteps(
  { pool, kinds }: ScenarioDeps,
  who: Principal,
  { projectId, name, steps: given, idempotencyKey = null }: StepsRequest,
): Promise<{ runId: number; created: boolean }> {
  const { idempotencyKey: key } = readRunRequest({ idempotencyKey });
  return transaction(pool, async (tx) => {
    await getProject(tx, who, projectId, 'project.edit');
    const { steps, problems } = parseSteps(given, kinds, ['steps']);
    const found = [...problems, ...(await stepProblems(tx, who, projectId, steps))];
    if (found.length > 0) throw invalid(found);
    const wires = steps.map(({ wire }) => wire);
    requireParameters(wires, {});
    if (key !== '') {
      await rows(tx, sql.lockKey, [projectId, key]);
      const known = await row(tx, sql.findByKey, [projectId, key]);
      if (known) return { ...known, created: false };
    }
    const { runId } = (await row(tx, sql.insertRun, [
      projectId,
      name,
      toJsonb(wires),
      key,
      who.userId,
    ]))!;
    await recordChange(tx, who, {
      action: 'run.create',
      resourceType: 'run',
      resourceId: runId,
      after: { projectId, name, steps: wires },
    });
    await rows(tx, slots.notify, [true, String(runId), '']);
    return { runId, created: true };
  });
}
