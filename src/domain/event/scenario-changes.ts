/** Which scenarios of a project changed: the row itself, its due time, or what was decided about one. */
import { rows, statement } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { changes } from './changes.ts';
import type { Changes, Place } from './changes.ts';

// Deleted ones too: their rows stay, and whoever shows them is to hear of it.
const FIND_PLACES = statement<Place>(
  'scenario-changes-places',
  `select id, project_id as "projectId", id as "scenarioId" from scenario where id = any($1::int[])`,
);

/** Fed with `CHANNELS.scenario`.
 *  @param coalesceMs as `changes` has it. */
export function scenarioChanges({
  pool,
  log,
  coalesceMs,
}: {
  pool: Pool;
  log: Log;
  coalesceMs?: number;
}): Changes {
  return changes({
    name: 'scenario changes',
    log,
    findPlaces: (ids) => rows(pool, FIND_PLACES, [ids]),
    ...(coalesceMs !== undefined && { coalesceMs }),
  });
}
