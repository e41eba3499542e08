/** Every success reached the scenarios that wait for it: once where any will do, in whole sets where all must come. */
import type { History, ScenarioHistory } from '../history.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type RunRow, type Tables, type TickRow } from './rows.ts';

type Successes = ReadonlyMap<number, readonly RunRow[]>;

export function checkUpstream({ ticks, runs }: Tables, history: History): Check {
  const check = createCheck('every upstream success decided once, sets of all complete');
  const byId = new Map(runs.map((run) => [run.id, run]));
  // Neither a backfill nor its retry is passed on.
  const isBackfill = (run: RunRow | undefined): boolean =>
    run?.source === 'backfill' ||
    (run?.originRunId != null && isBackfill(byId.get(run.originRunId)));
  const successes = groupBy(
    runs.filter((run) => run.state === 'succeeded' && !isBackfill(run)),
    (run) => run.scenarioId,
  );
  const byScenario = groupBy(
    ticks.filter((tick) => tick.source === 'upstream'),
    (tick) => tick.scenarioId,
  );
  for (const scenario of history.scenarios) {
    const own = byScenario.get(scenario.id) ?? [];
    checkSpans(check, scenario, own);
    if (scenario.upstream?.require === 'any') checkAny(check, scenario, successes, own);
    if (scenario.upstream?.require === 'all') checkAllOf(check, scenario, successes, own);
  }
  return check;
}

type Collector = ReturnType<typeof createCheck>;

const upstreamRuns = ({ upstream }: ScenarioHistory, successes: Successes) =>
  (upstream?.ids ?? []).flatMap((id) => successes.get(id) ?? []);

/** Only those with an upstream have such ticks, and none goes back behind the one before. */
function checkSpans(
  check: Collector,
  { id, upstream }: ScenarioHistory,
  ticks: readonly TickRow[],
) {
  check.expect(upstream !== null || ticks.length === 0, () => `scenario ${id} has no upstream`);
  for (const [i, tick] of ticks.entries()) {
    check.expect(
      tick.dueMs >= (ticks[i - 1]?.untilMs ?? 0),
      () => `tick ${tick.id} of scenario ${id} begins before the one before it ends`,
    );
  }
}

function checkAny(
  check: Collector,
  scenario: ScenarioHistory,
  successes: Successes,
  ticks: readonly TickRow[],
): void {
  const runs = upstreamRuns(scenario, successes);
  const decided = ticks.reduce((sum, { count }) => sum + count, 0);
  check.expect(
    decided === runs.length,
    () => `scenario ${scenario.id} decided ${decided} successes of ${runs.length}`,
  );
  checkFirings(check, scenario, runs, ticks);
}

/** A firing names successes of its upstreams, and each success serves one firing. */
function checkFirings(
  check: Collector,
  { id, upstream }: ScenarioHistory,
  runs: readonly RunRow[],
  ticks: readonly TickRow[],
): void {
  const scenarioOf = new Map(runs.map((run) => [run.id, run.scenarioId]));
  const served = new Set<number>();
  for (const tick of ticks.filter(({ runId }) => runId !== null)) {
    const named = tick.upstreamRuns ?? [];
    const from = new Set(named.map((run) => scenarioOf.get(run)));
    const whole =
      upstream?.require === 'any' ? named.length === 1 : from.size === upstream?.ids.length;
    check.expect(
      whole && !from.has(undefined) && named.includes(Number(tick.sourceKey)),
      () => `tick ${tick.id} of scenario ${id} fires on runs ${named.join(', ')}`,
    );
    const again = named.filter((run) => served.has(run));
    check.expect(
      again.length === 0,
      () => `tick ${tick.id} fires again on runs ${again.join(', ')}`,
    );
    for (const run of named) served.add(run);
  }
}

function checkAllOf(
  check: Collector,
  scenario: ScenarioHistory,
  successes: Successes,
  ticks: readonly TickRow[],
): void {
  checkFirings(check, scenario, upstreamRuns(scenario, successes), ticks);
  // What came after the last decision is no whole set, or it would have been decided.
  const lastMs = Math.max(0, ...ticks.map((tick) => tick.decidedMs));
  const waiting = (scenario.upstream?.ids ?? []).filter((id) =>
    successes.get(id)?.some((run) => run.finishedMs !== null && run.finishedMs > lastMs),
  );
  check.expect(
    waiting.length < (scenario.upstream?.ids.length ?? 0),
    () =>
      `scenario ${scenario.id} has not fired since ${iso(lastMs)} although all of its upstreams succeeded`,
  );
}
