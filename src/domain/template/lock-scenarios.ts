/** The last locks of whoever changes cells: `lockLinks` where the template names upstreams, then every scenario that is
 *  to be changed or named, in one statement. The caller holds the template and the cells. */
import { rows, type Client } from '#platform/db.ts';
import { toScenario, type Scenario } from '../scenario/scenario.ts';
import { lockLinks } from '../scenario/upstream-links.ts';
import { holdsTemplate } from '../step/template-text.ts';
import type { TriggerWire } from '../trigger/trigger.ts';
import * as sql from './cell.sql.ts';
import type { CellRow } from './template.sql.ts';

/** @param projectIds of the cells that may be made to name upstreams. @returns the cells' scenarios, by id. */
export async function lockScenarios(
  tx: Client,
  orgId: number,
  trigger: TriggerWire,
  cells: readonly CellRow[],
  projectIds: readonly number[],
): Promise<ReadonlyMap<number, Scenario>> {
  const ids = cells.flatMap(({ scenarioId }) => scenarioId ?? []);
  const names = trigger !== null && 'upstream' in trigger ? trigger.upstream : null;
  if (names !== null) await lockLinks(tx, orgId);
  const projects = names === null ? [] : projectIds;
  // A name that a project fills in may be any of its scenarios.
  const slugs = holdsTemplate(names) ? null : names;
  const found = await rows(tx, sql.lockScenarios, [ids, projects, slugs]);
  return new Map(
    found.filter(({ id }) => ids.includes(id)).map((each) => [each.id, toScenario(each)]),
  );
}
