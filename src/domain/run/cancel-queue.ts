/** Ends a whole queue: every run of a project, or of one of its scenarios, that waits or is queued. */
import { row, rows, statement, transaction, type Client, type Pool } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import { cancelUnstarted, requestRunning } from './cancel.sql.ts';
import { promoteWaiting } from './promote.ts';
import type { RunState } from './run-state.ts';

// Runs per transaction: some 50 ms, for which their scenarios' slots are held. A queue of 100,000 ends in 10 s.
const BATCH = 500;

const belongs = statement<{ id: number }>(
  'scenario-of-project',
  `select id from scenario where id = $1 and project_id = $2`,
);

const newest = statement<{ id: number | null }>(
  'newest-run-of-project',
  `select max(id) as id from run where project_id = $1`,
);

/** $1 project, $2 scenario or null, $3 state, $4 the newest run that counts, $5 how many. */
const pick = statement<{ id: number; scenarioId: number | null }>(
  'pick-queue',
  `select id, scenario_id as "scenarioId" from run
   where project_id = $1 and ($2::int is null or scenario_id = $2) and state = $3 and id <= $4
     and (state <> 'running' or cancel_requested_at is null)
   order by id limit $5`,
);

const lockSlots = statement(
  'lock-slots-of-queue',
  `select from scenario where id = any($1::int[]) order by id for update`,
);

export type QueueRequest = {
  readonly projectId: number;
  /** Only this scenario's, a deleted one's included. */
  readonly scenarioId?: number | null;
  /** Running ones are asked to end too. */
  readonly includeRunning?: boolean;
};

export type CancelledQueue = {
  /** Ended at once. */
  readonly cancelled: number;
  /** Running ones that were asked to end; their workers end them within seconds. */
  readonly requested: number;
};

/** Cancels the queue as it stands: runs that are made meanwhile stay. Works through it in transactions of at most 500
 *  runs, each with its row in the audit log; when one fails, those before it have happened and asking again goes on.
 *  @throws DomainError NOT_FOUND, FORBIDDEN. */
export async function cancelQueue(
  { pool }: { readonly pool: Pool },
  who: Principal,
  { projectId, scenarioId = null, includeRunning = false }: QueueRequest,
): Promise<CancelledQueue> {
  await getProject(pool, who, projectId, 'project.edit');
  if (scenarioId !== null && !(await row(pool, belongs, [scenarioId, projectId]))) {
    throw new DomainError('NOT_FOUND', `No scenario ${scenarioId} in project ${projectId}.`);
  }
  const lastId = (await row(pool, newest, [projectId]))?.id ?? 0;
  const queue = { projectId, scenarioId, lastId };
  const freed = new Set<number>();
  // Waiting ones first, so that none is promoted when those before it go; running ones last, so that one that a
  // worker takes meanwhile is met there.
  const waiting = await endAll(pool, who, queue, 'waiting', freed);
  const queued = await endAll(pool, who, queue, 'queued', freed);
  const requested = includeRunning ? await endAll(pool, who, queue, 'running', freed) : 0;
  // Runs that were made meanwhile may wait for a place that is free now.
  await promoteWaiting(pool, [...freed]);
  return { cancelled: waiting + queued, requested };
}

type Queue = {
  readonly projectId: number;
  readonly scenarioId: number | null;
  readonly lastId: number;
};

async function endAll(
  pool: Pool,
  who: Principal,
  queue: Queue,
  state: 'waiting' | 'queued' | 'running',
  freed: Set<number>,
): Promise<number> {
  for (let ended = 0; ;) {
    const batch = await transaction(pool, (tx) => endBatch(tx, who, queue, state, freed));
    ended += batch.ended;
    if (batch.picked < BATCH) return ended;
  }
}

async function endBatch(
  tx: Client,
  who: Principal,
  { projectId, scenarioId, lastId }: Queue,
  state: RunState,
  freed: Set<number>,
): Promise<{ picked: number; ended: number }> {
  const picked = await rows(tx, pick, [projectId, scenarioId, state, lastId, BATCH]);
  const scenarioIds = picked.flatMap((run) => run.scenarioId ?? []);
  // The slots before the runs, as everybody takes them.
  await rows(tx, lockSlots, [scenarioIds]);
  for (const id of scenarioIds) freed.add(id);
  const end = state === 'running' ? requestRunning : cancelUnstarted;
  const reason = `the queue was cancelled by ${who.name}`;
  const ended = await end(
    tx,
    picked.map(({ id }) => id),
    who.userId,
    reason,
  );
  if (ended.length > 0) {
    await recordChange(tx, who, {
      action: 'queue.cancel',
      resourceType: scenarioId === null ? 'project' : 'scenario',
      resourceId: scenarioId ?? projectId,
      before: { state },
      after: { runs: ended.length },
    });
    await tx.query("select pg_notify('hf_run', '*'), pg_notify('hf_cancel', '')");
  }
  return { picked: picked.length, ended: ended.length };
}
