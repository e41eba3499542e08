/** How long a project's queue is, and how long its oldest run has waited for a worker. */
import { row, statement, type Pool } from '#platform/db.ts';
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';

export type Queue = {
  /** Behind active runs of their scenarios. */
  readonly waiting: number;
  /** For a worker, those included whose start lies ahead. */
  readonly queued: number;
  readonly running: number;
  /** Since when the oldest queued run could have started; null: none could. */
  readonly oldestQueuedAt: Date | null;
  /** How long ago that was, on the database's clock. */
  readonly oldestWaitSeconds: number | null;
};

const count = statement<Queue>(
  'count-queue',
  `select waiting, queued, running, oldest as "oldestQueuedAt",
          extract(epoch from clock_timestamp() - oldest)::float8 as "oldestWaitSeconds"
   from (select count(*) filter (where state = 'waiting') as waiting,
                count(*) filter (where state = 'queued') as queued,
                count(*) filter (where state = 'running') as running,
                min(start_at) filter (where state = 'queued' and start_at <= clock_timestamp()) as oldest
         from run where project_id = $1 and state in ('waiting', 'queued', 'running')) counted`,
);

/** @throws DomainError NOT_FOUND for a project that may not be seen. */
export async function readQueue(
  { pool }: { readonly pool: Pool },
  who: Principal,
  projectId: number,
): Promise<Queue> {
  await getProject(pool, who, projectId);
  return countQueue(pool, projectId);
}

/** For those who have made sure that it may be seen. */
export async function countQueue(pool: Pool, projectId: number): Promise<Queue> {
  return (await row(pool, count, [projectId]))!;
}
