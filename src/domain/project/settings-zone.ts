/** Another zone for scenarios that inherit theirs: what was due up to now is decided under the old one, what is due from
 *  now on follows the new one. */
import { row, rows, type Client } from '#platform/db.ts';
import {
  decideUpToNow,
  idleFrom,
  nextDue,
  notifyChanged,
  recordUpToNow,
} from '../scenario/due-state.ts';
import { toScenario } from '../scenario/scenario.ts';
import { findScenario } from '../scenario/scenario.sql.ts';
import * as sql from './settings.sql.ts';

/** Takes the slots of the scenarios in these projects that stand in another zone than is in force for them, in order.
 *  Called again after the commit that changed the zone: a scenario that was made meanwhile began in the old one.
 *  @returns how many moved. */
export async function retime(tx: Client, projectIds: readonly number[]): Promise<number> {
  const moving = await rows(tx, sql.inheritingScenarios, [projectIds]);
  for (const { id, orgId, zone } of moving) await retimeOne(tx, id, orgId, zone);
  if (moving.length > 0) {
    await notifyChanged(
      tx,
      moving.map(({ id }) => id),
    );
  }
  return moving.length;
}

async function retimeOne(tx: Client, id: number, orgId: number, zone: string): Promise<void> {
  const scenario = toScenario((await row(tx, findScenario, [id, orgId]))!);
  const settle = scenario.idleSince === null ? decideUpToNow : recordUpToNow;
  const now = await settle(tx, scenario);
  // One that is broken has no due time until somebody mends it.
  const next = scenario.broken === null ? nextDue({ ...scenario, zone }, now) : null;
  await row(tx, sql.setZone, [id, zone, next, idleFrom(scenario, now)]);
}
