/** Every due time was decided exactly once, and every decision that makes a run made one. */
import type { History, ScenarioHistory } from '../history.ts';
import { expectedDues, type Due } from './due-times.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type Tables, type TickRow } from './rows.ts';

export function checkTicks(tables: Tables, history: History): Check[] {
  const scheduled = groupBy(
    tables.ticks.filter((tick) => tick.source === 'schedule'),
    (tick) => tick.scenarioId,
  );
  const once = createCheck('every due time decided exactly once');
  for (const scenario of history.scenarios) {
    const dues = expectedDues(scenario.changes, history.endedMs);
    checkCovered(once, scenario, dues, scheduled.get(scenario.id) ?? []);
  }
  return [
    once,
    checkRuns(tables),
    checkPauses(history, scheduled),
    checkLateness(history, scheduled),
  ];
}

/** Walks due times and rows side by side. */
function checkCovered(
  check: ReturnType<typeof createCheck>,
  scenario: ScenarioHistory,
  dues: readonly Due[],
  ticks: readonly TickRow[],
): void {
  const found: string[] = [];
  const bad = (words: string) => found.push(words);
  const undecided: Due[] = [];
  const decidedNew: Due[] = [];
  let at = 0;
  let reachedMs = -Infinity;
  for (const tick of ticks) {
    if (tick.dueMs <= reachedMs) bad(`tick ${tick.id} decides ${iso(tick.dueMs)} again`);
    reachedMs = Math.max(reachedMs, tick.untilMs);
    while (at < dues.length && dues[at]!.ms < tick.dueMs) undecided.push(dues[at++]!);
    const covered: Due[] = [];
    while (at < dues.length && dues[at]!.ms <= tick.untilMs) covered.push(dues[at++]!);
    const sure = covered.filter((due) => due.kind === 'sure').length;
    if (covered[0]?.ms !== tick.dueMs || covered.at(-1)?.ms !== tick.untilMs) {
      bad(
        `tick ${tick.id} (${iso(tick.dueMs)} to ${iso(tick.untilMs)}) begins or ends when nothing is due`,
      );
    } else if (tick.count < sure || tick.count > covered.length) {
      bad(`tick ${tick.id} counts ${tick.count} due times, not ${sure}`);
    }
    if (tick.count === covered.length)
      decidedNew.push(...covered.filter((due) => due.kind === 'new'));
  }
  undecided.push(...dues.slice(at));
  check.examined += dues.length;
  const holes = undecided.filter((due) => due.kind === 'sure');
  if (holes.length > 0) {
    bad(
      `${holes.length} due times undecided, from ${iso(holes[0]!.ms)} to ${iso(holes.at(-1)!.ms)}`,
    );
  }
  // Around an edit at c: an undecided one of the new trigger lies at or before c; an undecided one of the old
  // trigger, or a decided one of the new, lies after c.
  for (const [edit, near] of groupBy(undecided, (due) => due.edit)) {
    const after = Math.max(...near.filter((due) => due.kind === 'new').map((due) => due.ms));
    const before = Math.min(
      ...near.filter((due) => due.kind === 'old').map((due) => due.ms),
      ...decidedNew.filter((due) => due.edit === edit).map((due) => due.ms),
    );
    if (after >= before) {
      bad(
        `edit ${edit} lost due times: ${iso(after)} of the new trigger or ${iso(before)} of the old`,
      );
    }
  }
  if (found.length > 0) {
    check.violations.push(
      ...found.map((words) => `scenario ${scenario.id}: ${words}`),
      lifeOf(scenario),
    );
  }
}

/** What was done to a scenario, to judge a violation by. */
function lifeOf({ id, overlap, changes, pauses }: ScenarioHistory): string {
  const lived = [
    ...changes.map(({ untilMs, rule }) => ({ untilMs, what: JSON.stringify(rule) })),
    ...pauses.flatMap(({ begun, ended }) => [
      { untilMs: begun.untilMs, what: 'paused' },
      ...(ended ? [{ untilMs: ended.untilMs, what: 'resumed' }] : []),
    ]),
  ].toSorted((a, b) => a.untilMs - b.untilMs);
  return `  its life (${id}, ${overlap}): ${lived.map(({ untilMs, what }) => `${iso(untilMs)} ${what}`).join('; ')}`;
}

/** Each tick that fires or waits has one run, and each run one such tick, of the same scenario and time. */
function checkRuns({ ticks, runs }: Tables): Check {
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
        run.dueMs === tick.dueMs,
      () => `tick ${tick.id} of scenario ${tick.scenarioId} ${tick.outcome} for run ${tick.runId}`,
    );
    if (run) fired.add(run.id);
  }
  for (const run of runs) check.expect(fired.has(run.id), () => `run ${run.id} has no tick`);
  return check;
}

type ByScenario = ReadonlyMap<number, readonly TickRow[]>;

/** Within a pause nothing fires, and what is told as paused was. */
function checkPauses(history: History, scheduled: ByScenario): Check {
  const check = createCheck('nothing fires within a pause, nothing else is called paused');
  for (const { id, pauses } of history.scenarios) {
    for (const tick of scheduled.get(id) ?? []) {
      const overlaps = pauses.some(
        ({ begun, ended }) =>
          tick.dueMs > begun.untilMs && tick.untilMs < (ended?.fromMs ?? Infinity),
      );
      const within = pauses.some(
        ({ begun, ended }) =>
          tick.dueMs > begun.fromMs - 1 && tick.untilMs <= (ended?.untilMs ?? Infinity),
      );
      const words = () =>
        `tick ${tick.id} of scenario ${id} at ${iso(tick.dueMs)} is ${tick.outcome}`;
      if (overlaps) check.expect(tick.outcome === 'paused', words);
      if (tick.outcome === 'paused') check.expect(within, words);
    }
  }
  return check;
}

const LATE_MS = 60_000;
// A batch of decisions is written some time after the clock was read.
const SLACK_MS = 5_000;

/** What is decided more than a minute late goes by the catch-up policy, what is on time never counts as missed. */
function checkLateness(history: History, scheduled: ByScenario): Check {
  const check = createCheck('late due times go by catchup, within its window and cap');
  for (const scenario of history.scenarios) {
    const { id, catchup, catchupWindowMs, maxCatchupRuns } = scenario;
    const caughtUp: TickRow[] = [];
    for (const tick of scheduled.get(id) ?? []) {
      const lateMs = tick.decidedMs - tick.untilMs;
      const words = () =>
        `tick ${tick.id} of scenario ${id} is ${tick.outcome}, decided ${Math.round(lateMs)} ms late`;
      switch (tick.outcome) {
        case 'missed':
          check.expect(lateMs > LATE_MS, words);
          break;
        case 'missed_window':
          check.expect(lateMs > catchupWindowMs, words);
          break;
        case 'fired':
        case 'waiting':
          if (lateMs <= LATE_MS + SLACK_MS) break;
          caughtUp.push(tick);
          check.expect(catchup !== 'none' && lateMs <= catchupWindowMs + SLACK_MS, words);
      }
    }
    // Those of one pass are decided together.
    const cap = catchup === 'all' ? maxCatchupRuns : 1;
    for (const first of caughtUp) {
      const together = caughtUp.filter(
        ({ decidedMs }) => decidedMs >= first.decidedMs && decidedMs < first.decidedMs + 500,
      );
      check.expect(together.length <= cap, () => {
        const ids = together.map((tick) => tick.id).join(', ');
        return `scenario ${id} caught up ${together.length} at once, not ${cap}: ticks ${ids}`;
      });
    }
  }
  return check;
}
