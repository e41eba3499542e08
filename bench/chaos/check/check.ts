/** The checker: from the rows and the driver's record to a list of checks with what they found. */
import type pg from 'pg';
import type { History } from '../history.ts';
import { checkBackfills } from './backfills.ts';
import { checkCalendars } from './calendars.ts';
import { checkEvents } from './events.ts';
import type { Check } from './finding.ts';
import { checkKept } from './kept.ts';
import { checkLateness } from './lateness.ts';
import { countMet } from './met.ts';
import { checkPauses } from './pauses.ts';
import { checkPlaces } from './places.ts';
import { readTables } from './read.ts';
import { checkRetries } from './retries.ts';
import { checkRuns } from './runs.ts';
import { checkSelfPauses } from './self-pauses.ts';
import { checkStarts } from './starts.ts';
import { checkSteps } from './steps.ts';
import { checkTicks } from './ticks.ts';
import { checkUpstream } from './upstream.ts';

export type Verdict = {
  readonly checks: readonly Check[];
  /** How many rows there were, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** How often the drive met what it is there for. */
  readonly met: Readonly<Record<string, number>>;
};

export async function checkAll(
  db: Pick<pg.ClientBase, 'query'>,
  history: History,
): Promise<Verdict> {
  const tables = await readTables(db);
  const { checks, decided } = checkTicks(tables, history);
  return {
    checks: [
      ...checks,
      checkLateness(history, decided),
      ...checkPauses(tables, history, decided),
      checkCalendars(tables, history, decided),
      checkUpstream(tables, history),
      checkBackfills(tables, history),
      ...checkRetries(tables, history),
      checkSelfPauses(tables, history),
      ...checkRuns(tables, history),
      ...checkPlaces(tables, history),
      ...checkStarts(tables, history),
      ...checkSteps(tables),
      ...checkEvents(tables, history),
      checkKept(tables, history),
    ],
    rows: Object.fromEntries(Object.entries(tables).map(([name, list]) => [name, list.length])),
    met: countMet(tables, history),
  };
}
