/** The checker: from the rows and the driver's record to a list of checks with what they found. */
import type pg from 'pg';
import type { History } from '../history.ts';
import { checkEvents } from './events.ts';
import type { Check } from './finding.ts';
import { checkPlaces } from './places.ts';
import { readTables } from './rows.ts';
import { checkRuns } from './runs.ts';
import { checkSteps } from './steps.ts';
import { checkTicks } from './ticks.ts';
import { checkUpstream } from './upstream.ts';

export type Verdict = {
  readonly checks: readonly Check[];
  /** How many rows there were, by table. */
  readonly rows: Readonly<Record<string, number>>;
};

export async function checkAll(
  db: Pick<pg.ClientBase, 'query'>,
  history: History,
): Promise<Verdict> {
  const tables = await readTables(db);
  return {
    checks: [
      ...checkTicks(tables, history),
      checkUpstream(tables, history),
      ...checkRuns(tables, history),
      ...checkPlaces(tables, history),
      ...checkSteps(tables),
      ...checkEvents(tables, history),
    ],
    rows: Object.fromEntries(Object.entries(tables).map(([name, list]) => [name, list.length])),
  };
}
