/** Which deliveries of a project, of a scenario or of an organisation changed. */
import { rows, statement } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { changes } from './changes.ts';
import type { Changes, Place } from './changes.ts';

const FIND_PLACES = statement<Place>(
  'delivery-changes-places',
  `select d.id, d.org_id as "orgId", d.project_id as "projectId", r.scenario_id as "scenarioId"
   from email_delivery d join run r on r.id = d.run_id where d.id = any($1::bigint[])`,
);

/** Fed with `CHANNELS.delivery`. */
export function deliveryChanges({ pool, log }: { pool: Pool; log: Log }): Changes {
  return changes({
    name: 'delivery changes',
    log,
    findPlaces: (ids) => rows(pool, FIND_PLACES, [ids]),
  });
}
