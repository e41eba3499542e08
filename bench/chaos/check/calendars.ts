/** On a day that its calendar excludes a scenario does not fire, and on no other day is it said to. */
import type { History, ScenarioHistory } from '../history.ts';
import type { Covered } from './coverage.ts';
import { createCheck, iso, type Check } from './finding.ts';
import type { Tables, TickRow } from './rows.ts';
import { heldWithin } from './states.ts';
import type { Decided } from './ticks.ts';

const DAY_MS = 86_400_000;
// Between reading the calendar and writing the decision a worker may freeze, for so long at most.
const DECIDING_MS = 12_000;

export function checkCalendars(tables: Tables, history: History, decided: Decided): Check {
  const check = createCheck('on days that its calendar excludes a scenario is silent');
  const byId = new Map(history.scenarios.map((scenario) => [scenario.id, scenario]));
  for (const [id, covered] of decided) {
    for (const each of covered) checkDays(check, history, byId.get(id)!, each);
  }
  for (const tick of tables.ticks.filter(({ source }) => source === 'upstream')) {
    const edges = tick.count === 1 ? [tick.dueMs] : [tick.dueMs, tick.untilMs];
    const dues = edges.map((ms) => ({ ms, kind: 'sure', edit: 0 }) as const);
    checkDays(check, history, byId.get(tick.scenarioId)!, { tick, dues });
  }
  return check;
}

/** Whether the calendar excluded an instant's day, as it may have been read for this decision.
 *  @returns both answers when it was changed meanwhile; none for a scenario without a calendar. */
export function exclusions(
  { calendars, dayOffsetMs }: Pick<History, 'calendars' | 'dayOffsetMs'>,
  calendar: string | null,
  atMs: number,
  readFromMs: number,
  readUntilMs: number,
): Set<boolean> {
  if (calendar === null) return new Set([false]);
  const changes = calendars.filter(({ name }) => name === calendar);
  const day = new Date(Math.floor((atMs + dayOffsetMs) / DAY_MS) * DAY_MS);
  const date = day.toISOString().slice(0, 10);
  const weekday = day.getUTCDay() || 7;
  return new Set(
    heldWithin(changes, readFromMs, readUntilMs).map(
      ({ days }) => days.dates.includes(date) || days.weekdays.includes(weekday),
    ),
  );
}

function checkDays(
  check: ReturnType<typeof createCheck>,
  history: History,
  { id, calendar }: ScenarioHistory,
  { tick, dues }: Covered,
): void {
  if (tick.outcome === 'paused' || tick.outcome === 'error') return;
  const isExcluded = tick.outcome === 'skipped_calendar';
  if (calendar === null && !isExcluded) return;
  for (const { ms } of dues) {
    const found = exclusions(history, calendar, ms, readFromMs(tick, ms), tick.decidedMs);
    check.expect(
      found.has(isExcluded),
      () => `tick ${tick.id} of scenario ${id}: ${iso(ms)} is ${tick.outcome}`,
    );
  }
}

/** A row of many grew with every decision. */
const readFromMs = ({ count, decidedMs }: TickRow, ms: number) =>
  count === 1 ? Math.max(ms, decidedMs - DECIDING_MS) : ms;
