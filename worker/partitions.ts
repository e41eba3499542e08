/** Keeps the ranges in which events lie ahead of the runs. */
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop, type Loop } from '#platform/loop.ts';
import { createPartitions } from '#domain/event/partitions.ts';

const EVERY_MS = 60_000;

export function keepPartitions(pool: Pool, log: Log): Loop {
  return loop(
    'partitions',
    async () => {
      const made = await createPartitions(pool);
      if (made.length > 0) log.info({ made }, 'made room for the events of the next runs');
    },
    { everyMs: EVERY_MS, log },
  );
}
