/** Every due time was decided exactly once, and every decision that makes a run made one. */
import type { History, ScenarioHistory } from '../history.ts';
import { coverDues, type Coverage, type Covered } from './coverage.ts';
import { expectedDues } from './due-times.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type Tables } from './rows.ts';

/** What was decided about a scenario's due times, by its id. */
export type Decided = ReadonlyMap<number, readonly Covered[]>;

export function checkTicks(
  tables: Tables,
  history: History,
): { checks: Check[]; decided: Decided } {
  const scheduled = groupBy(
    tables.ticks.filter((tick) => tick.source === 'schedule'),
    (tick) => tick.scenarioId,
  );
  const once = createCheck('every due time decided exactly once');
  const decided = new Map<number, readonly Covered[]>();
  for (const scenario of history.scenarios) {
    const dues = expectedDues(scenario.changes, history.endedMs);
    const coverage = coverDues(dues, scheduled.get(scenario.id) ?? []);
    once.examined += dues.length;
    const found = [...coverage.problems, ...findHoles(coverage), ...findLostByEdits(coverage)];
    if (found.length > 0) {
      const words = found.map((each) => `scenario ${scenario.id}: ${each}`);
      once.violations.push(...words, lifeOf(scenario));
    }
    decided.set(scenario.id, coverage.covered);
  }
  return { checks: [once, checkFirings(tables)], decided };
}

export function findHoles({ undecided }: Coverage): string[] {
  const holes = undecided.filter((due) => due.kind === 'sure');
  if (holes.length === 0) return [];
  const [first, last] = [holes[0]!, holes.at(-1)!];
  return [`${holes.length} due times undecided, from ${iso(first.ms)} to ${iso(last.ms)}`];
}

/** Around an edit at c: an undecided one of the new trigger lies at or before c; an undecided one of the old trigger,
 *  or a decided one of the new, lies after c. */
function findLostByEdits({ covered, undecided }: Coverage): string[] {
  const decidedNew = covered.flatMap(({ tick, dues }) =>
    tick.count === dues.length ? dues.filter((due) => due.kind === 'new') : [],
  );
  return [...groupBy(undecided, (due) => due.edit)].flatMap(([edit, near]) => {
    const after = Math.max(...near.filter((due) => due.kind === 'new').map((due) => due.ms));
    const before = Math.min(
      ...near.filter((due) => due.kind === 'old').map((due) => due.ms),
      ...decidedNew.filter((due) => due.edit === edit).map((due) => due.ms),
    );
    if (after < before) return [];
    return [
      `edit ${edit} lost due times: ${iso(after)} of the new trigger or ${iso(before)} of the old`,
    ];
  });
}

/** What was done to a scenario, to judge a violation by. */
function lifeOf({ id, overlap, changes, switches }: ScenarioHistory): string {
  const lived = [
    ...changes.map(({ untilMs, rule }) => ({ untilMs, what: JSON.stringify(rule) })),
    ...switches.map(({ untilMs, paused, endsMs }) => ({
      untilMs,
      what: paused ? `paused${endsMs === null ? '' : ` until ${iso(endsMs)}`}` : 'resumed',
    })),
  ].toSorted((a, b) => a.untilMs - b.untilMs);
  return `  its life (${id}, ${overlap}): ${lived.map(({ untilMs, what }) => `${iso(untilMs)} ${what}`).join('; ')}`;
}

/** Each tick that fires or waits has one run, and each run one such tick, of the same scenario and time. */
function checkFirings({ ticks, runs }: Tables): Check {
  const check = createCheck('one run for every firing, one firing for every run');
  const byId = new Map(runs.map((run) => [run.id, run]));
  const fired = new Set<number>();
  for (const tick of ticks) {
    const makesRun = tick.outcome === 'fired' || tick.outcome === 'waiting';
    if (!makesRun) {
      check.expect(
        tick.runId === null,
        () => `tick ${tick.id} ${tick.outcome} has run ${tick.runId}`,
      );
      continue;
    }
    const run = byId.get(tick.runId ?? NaN);
    check.expect(
      run !== undefined &&
        tick.count === 1 &&
        !fired.has(run.id) &&
        run.scenarioId === tick.scenarioId &&
        run.source === tick.source &&
        run.sourceKey === tick.sourceKey &&
        run.dueMs === tick.dueMs,
      () => `tick ${tick.id} of scenario ${tick.scenarioId} ${tick.outcome} for run ${tick.runId}`,
    );
    if (run) fired.add(run.id);
  }
  for (const run of runs) check.expect(fired.has(run.id), () => `run ${run.id} has no tick`);
  return check;
}
