/** Paused time leaves its trace and is not run afterwards, of scenarios as of the whole organisation; what pauses for a
 *  time goes on when it is over. */
import type { History, ScenarioHistory } from '../history.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type Tables, type TickRow } from './rows.ts';
import { heldWithin, pauseStates, reachMs, surelyPaused, type PauseState } from './states.ts';
import type { Decided } from './ticks.ts';

// A success is dated by the flush that commits it a moment later.
const COMMIT_MS = 1_000;
// Workers look every 2 s which pauses have ended. One that froze may keep them all waiting for its slot for 10 s, and
// then another.
const RESUMED_WITHIN_MS = 30_000;

export function checkPauses(tables: Tables, history: History, decided: Decided): Check[] {
  const recorded = createCheck('paused time is recorded as such and not run, nothing else is');
  const ended = createCheck('a pause ends by itself when its time is over, and not before');
  const own = groupBy(tables.selfSwitches, (each) => each.scenarioId);
  const upstream = groupBy(
    tables.ticks.filter((tick) => tick.source === 'upstream'),
    (tick) => tick.scenarioId,
  );
  for (const scenario of history.scenarios) {
    const states = pauseStates(scenario, own.get(scenario.id) ?? []);
    checkRecorded(recorded, history, scenario, states, decided);
    checkArrivals(recorded, history, states, upstream.get(scenario.id) ?? []);
    checkEnds(ended, history, scenario, states);
  }
  return [recorded, ended];
}

type Collector = ReturnType<typeof createCheck>;

function checkRecorded(
  check: Collector,
  history: History,
  { id }: ScenarioHistory,
  states: readonly PauseState[],
  decided: Decided,
): void {
  for (const { tick, dues } of decided.get(id) ?? []) {
    const isPaused = tick.outcome === 'paused';
    for (const { ms, kind } of dues) {
      const words = () =>
        `tick ${tick.id} of scenario ${id}: ${iso(ms)} is ${tick.outcome}, decided ${iso(tick.decidedMs)}`;
      if (kind === 'sure' && surelyPaused(history, states, ms)) check.expect(isPaused, words);
      if (!isPaused) continue;
      // The organisation's pause holds for what is decided while it lasts, a scenario's for what is due.
      const justified =
        heldWithin(states, ms).some(({ paused }) => paused) ||
        heldWithin(history.org, ms, tick.decidedMs).some(({ paused }) => paused);
      check.expect(justified, words);
    }
  }
}

function checkArrivals(
  check: Collector,
  history: History,
  states: readonly PauseState[],
  ticks: readonly TickRow[],
): void {
  for (const tick of ticks) {
    const paused = [tick.dueMs, tick.dueMs + COMMIT_MS].every((ms) =>
      surelyPaused(history, states, ms),
    );
    if (!paused) continue;
    check.expect(
      tick.runId === null,
      () => `tick ${tick.id} fires on a success at ${iso(tick.dueMs)}, in a pause`,
    );
  }
}

function checkEnds(
  check: Collector,
  history: History,
  { id }: ScenarioHistory,
  states: readonly PauseState[],
): void {
  for (const [i, state] of states.entries()) {
    const next = states[i + 1];
    if (state.itself && !state.paused) {
      const { paused, endsMs } = states[i - 1]!;
      check.expect(
        paused && endsMs !== null && endsMs <= state.untilMs,
        () => `scenario ${id} resumed by itself at ${iso(state.untilMs)}`,
      );
    }
    if (!state.paused || state.endsMs === null) continue;
    const latestMs = reachMs(history, state.endsMs, RESUMED_WITHIN_MS);
    check.expect(
      (next?.untilMs ?? history.endedMs) <= latestMs,
      () =>
        `scenario ${id} was to be paused until ${iso(state.endsMs!)} and stayed so ` +
        (next ? `until ${iso(next.untilMs)}` : ''),
    );
  }
}
