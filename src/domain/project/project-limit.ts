/** How many runs of a project may be running at once. */
import { row, statement, transaction, type Pool } from '#platform/db.ts';
import { invalid } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { getProject } from './project.ts';

const MAX_LIMIT = 10_000;

const lock = statement<{ maxRunning: number | null }>(
  'lock-project-limit',
  `select max_running as "maxRunning" from project where id = $1 for update`,
);

const set = statement('set-project-limit', `update project set max_running = $2 where id = $1`);

/** @param maxRunning 1 to 10,000; null: no limit. Runs that are under way go on.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without org.admin, VALIDATION. */
export function setProjectLimit(
  pool: Pool,
  who: Principal,
  projectId: number,
  maxRunning: number | null,
): Promise<void> {
  return transaction(pool, async (tx) => {
    await getProject(tx, who, projectId);
    permitOrg(who);
    if (maxRunning !== null && (maxRunning < 1 || maxRunning > MAX_LIMIT)) {
      const message = `is 1 to ${MAX_LIMIT}, or nothing for no limit`;
      throw invalid([{ path: ['maxRunning'], message, value: maxRunning }]);
    }
    const before = await row(tx, lock, [projectId]);
    await row(tx, set, [projectId, maxRunning]);
    await recordChange(tx, who, {
      action: 'project.limit',
      resourceType: 'project',
      resourceId: projectId,
      before,
      after: { maxRunning },
    });
    await tx.query("select pg_notify('hf_queue', '')");
  });
}
