/** Each due time of a backfill's range made exactly one run of that backfill, unless the calendar excludes its day. */
import type { BackfillAsk, History } from '../history.ts';
import { exclusions } from './calendars.ts';
import { coverDues } from './coverage.ts';
import { dueTimes } from './due-times.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type BackfillRow, type RunRow, type Tables, type TickRow } from './rows.ts';
import { findHoles } from './ticks.ts';

const DECIDING_MS = 12_000;

export function checkBackfills({ ticks, runs, backfills }: Tables, history: History): Check {
  const check = createCheck('a backfill fires every due time of its range once, in order');
  const ticksOf = groupBy(
    ticks.filter(({ source }) => source === 'backfill'),
    ({ sourceKey }) => Number(sourceKey),
  );
  const byRun = new Map(runs.map((run) => [run.id, run]));
  for (const row of backfills) {
    const ask = findAsk(row, history.backfills);
    const own = ticksOf.get(row.id) ?? [];
    ticksOf.delete(row.id);
    const found = ask
      ? [...findMissing(row, ask, own, history), ...findDisorder(row, own, byRun)]
      : ['nobody asked for it'];
    check.examined += own.length;
    check.violations.push(...found.map((words) => `backfill ${row.id}: ${words}`));
  }
  for (const id of ticksOf.keys()) check.expect(false, () => `ticks of no backfill ${id}`);
  return check;
}

/** By its id, or where the answer was lost by what was asked and when. */
function findAsk(row: BackfillRow, asks: readonly BackfillAsk[]): BackfillAsk | undefined {
  const fits = (ask: BackfillAsk) =>
    ask.scenarioId === row.scenarioId &&
    ask.afterMs === row.fromMs &&
    ask.overlap === row.overlap &&
    row.createdMs >= ask.fromMs &&
    row.createdMs <= ask.untilMs &&
    (ask.toMs === null ? Math.abs(row.toMs - row.createdMs) < DECIDING_MS : ask.toMs === row.toMs);
  return asks.find((ask) => (ask.id === null || ask.id === row.id) && fits(ask));
}

function findMissing(
  row: BackfillRow,
  ask: BackfillAsk,
  ticks: readonly TickRow[],
  history: History,
): string[] {
  const calendar = history.scenarios.find(({ id }) => id === row.scenarioId)!.calendar;
  const dues = [...dueTimes(ask.rule, row.fromMs, row.toMs)].map((ms) => ({
    ms,
    kind: 'sure' as const,
    edit: 0,
  }));
  const coverage = coverDues(dues, ticks);
  const wrong = coverage.covered.flatMap(({ tick, dues: own }) => {
    const isExcluded = tick.outcome === 'skipped_calendar';
    return own.flatMap(({ ms }) => {
      const readMs = row.createdMs - DECIDING_MS;
      const right = exclusions(history, calendar, ms, readMs, tick.decidedMs).has(isExcluded);
      return right && (isExcluded || tick.runId !== null) ? [] : [`${iso(ms)} is ${tick.outcome}`];
    });
  });
  const fired = ticks.filter(({ runId }) => runId !== null).length;
  const miscounted = fired === row.runs ? [] : [`it counts ${row.runs} runs, there are ${fired}`];
  return [...coverage.problems, ...findHoles(coverage), ...wrong, ...miscounted];
}

/** One after the other in the order of their due times; with `allow` as they come. */
function findDisorder(
  { overlap }: BackfillRow,
  ticks: readonly TickRow[],
  byRun: ReadonlyMap<number, RunRow>,
): string[] {
  const runs = ticks.flatMap(({ runId }) => byRun.get(runId ?? NaN) ?? []);
  const wrong = runs.filter((run) => run.exclusive !== (overlap === 'buffer_all'));
  const started = runs.filter((run) => run.startedMs !== null);
  const early =
    overlap === 'buffer_all'
      ? started.filter((run, i) => run.startedMs! < (started[i - 1]?.startedMs ?? 0))
      : [];
  return [
    ...wrong.map(({ id }) => `run ${id} is not as ${overlap} has it`),
    ...early.map(({ id }) => `run ${id} started before the due time before it`),
  ];
}
