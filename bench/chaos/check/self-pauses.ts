/** A scenario pauses itself after so many failures in a row: then, and only then. */
import type { History, ScenarioHistory } from '../history.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type RunRow, type Tables } from './rows.ts';
import { heldWithin, pauseStates, reachMs, type PauseState } from './states.ts';

// Ends are counted at once, and every 2 s what was left over; a worker that froze may keep a slot for 10 s.
const PAUSED_WITHIN_MS = 30_000;

export function checkSelfPauses(tables: Tables, history: History): Check {
  const check = createCheck('a scenario pauses itself after so many failures in a row');
  const own = groupBy(tables.selfSwitches, (each) => each.scenarioId);
  const runs = groupBy(tables.runs, (run) => run.scenarioId);
  for (const scenario of history.scenarios) {
    const states = pauseStates(scenario, own.get(scenario.id) ?? []);
    const tooMany = findTooMany(scenario, runs.get(scenario.id) ?? []);
    checkCaused(check, scenario, states, tooMany);
    for (const run of tooMany) {
      const latestMs = reachMs(history, run.finishedMs!, PAUSED_WITHIN_MS);
      check.expect(
        heldWithin(states, run.finishedMs!, latestMs).some(({ paused }) => paused),
        () =>
          `run ${run.id} failed at ${iso(run.finishedMs!)} and scenario ${scenario.id} was not paused`,
      );
    }
  }
  return check;
}

/** Failures that were the last of so many in a row, or came after them. Cancelled runs say nothing. */
function findTooMany({ pauseAfter }: ScenarioHistory, runs: readonly RunRow[]): RunRow[] {
  if (pauseAfter === 0) return [];
  let inRow = 0;
  return runs
    .filter(({ state }) => state === 'succeeded' || state === 'failed')
    .toSorted((a, b) => a.finishedMs! - b.finishedMs! || a.id - b.id)
    .filter(({ state }) => {
      inRow = state === 'failed' ? inRow + 1 : 0;
      return inRow >= pauseAfter;
    });
}

/** Each pause of its own has a failure since the one before. */
function checkCaused(
  check: ReturnType<typeof createCheck>,
  { id }: ScenarioHistory,
  states: readonly PauseState[],
  tooMany: readonly RunRow[],
): void {
  let afterMs = -Infinity;
  for (const { itself, paused, untilMs } of states) {
    if (!itself || !paused) continue;
    const causes = tooMany.filter(
      ({ finishedMs }) => finishedMs! > afterMs && finishedMs! <= untilMs,
    );
    check.expect(
      causes.length > 0,
      () => `scenario ${id} paused itself at ${iso(untilMs)} without failures`,
    );
    afterMs = causes.at(-1)?.finishedMs ?? afterMs;
  }
}
