/** What stops working when a dashboard goes: scenarios whose reports name it. */
import { rows, type Queryable } from '#platform/db.ts';
import { may, type Principal } from '../access/principal.ts';
import * as sql from './used-by.sql.ts';

export type Use = Pick<sql.UseRow, 'scenarioId' | 'steps'>;

export type Uses = {
  /** Those that the caller may see. */
  readonly seen: readonly Use[];
  /** How many others there are. */
  readonly hidden: number;
};

export async function usesOf(db: Queryable, who: Principal, dashboardId: number): Promise<Uses> {
  const found = await rows(db, sql.findUses, [dashboardId, who.orgId]);
  const seen = found.filter(({ projectId }) => may(who, 'project.view', projectId));
  return { seen, hidden: found.length - seen.length };
}
