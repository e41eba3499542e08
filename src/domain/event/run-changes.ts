/** Which runs of a project or of a scenario changed. */
import { rows, statement } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { changes } from './changes.ts';
import type { Changes, Place } from './changes.ts';

const FIND_PLACES = statement<Place>(
  'run-changes-places',
  `select id, project_id as "projectId", scenario_id as "scenarioId"
     from run where id = any($1::bigint[])`,
);

/** Fed with `CHANNELS.run`. */
export function runChanges({ pool, log }: { pool: Pool; log: Log }): Changes {
  return changes({
    name: 'run changes',
    log,
    findPlaces: (ids) => rows(pool, FIND_PLACES, [ids]),
  });
}
