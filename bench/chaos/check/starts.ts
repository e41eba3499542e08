/** When runs may start: never more at once than limits allow, none while the organisation is drained. */
import type { History } from '../history.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type RunRow, type Tables } from './rows.ts';
import { heldWithin } from './states.ts';

// From reading a limit to the claim a worker may freeze: it loses its session after 10 s.
const CLAIMING_MS = 12_000;
// A claim that does not look again: one statement, and the answer about the drain.
const DRAINING_MS = 2_000;

export function checkStarts({ runs }: Tables, history: History): Check[] {
  return [checkLimits(runs, history), checkDrained(runs, history)];
}

/** Each first start with how many of its like ran at that moment; those that were left over by a worker go on. */
function* starts(runs: readonly RunRow[]): Iterable<{ run: RunRow; others: number }> {
  const started = runs.filter((run) => run.startedMs !== null);
  const ends = started.map((run) => run.finishedMs ?? Infinity).toSorted((a, b) => a - b);
  let ended = 0;
  const inOrder = started.toSorted((a, b) => a.startedMs! - b.startedMs!);
  for (const [before, run] of inOrder.entries()) {
    while (ends[ended]! <= run.startedMs!) ended += 1;
    yield { run, others: before - ended };
  }
}

function checkLimits(runs: readonly RunRow[], history: History): Check {
  const check = createCheck('no start beyond the limit of its scenario or project');
  for (const [id, own] of groupBy(runs, (run) => run.scenarioId)) {
    const scenario = history.scenarios.find((each) => each.id === id);
    if (scenario?.maxRunning == null) continue;
    for (const { run, others } of starts(own)) {
      check.expect(
        others < scenario.maxRunning,
        () => `run ${run.id} started beside ${others} others of scenario ${id}`,
      );
    }
  }
  const limits = groupBy(history.limits, (limit) => limit.projectId);
  for (const [projectId, changes] of limits) {
    for (const { run, others } of starts(runs.filter((each) => each.projectId === projectId))) {
      const held = heldWithin(changes, run.startedMs! - CLAIMING_MS, run.startedMs!);
      const limit = Math.max(...held.map(({ maxRunning }) => maxRunning ?? Infinity));
      check.expect(
        others < limit,
        () => `run ${run.id} started beside ${others} others of project ${projectId}, not ${limit}`,
      );
    }
  }
  return check;
}

function checkDrained(runs: readonly RunRow[], { org }: History): Check {
  const check = createCheck('nothing starts while the organisation is drained');
  for (const { id, startedMs } of runs) {
    if (startedMs === null) continue;
    const held = heldWithin(org, startedMs - DRAINING_MS, startedMs);
    check.expect(
      held.some(({ drains }) => !drains),
      () => `run ${id} started at ${iso(startedMs)}`,
    );
  }
  return check;
}
