/** The place of an exclusive scenario: one active run at a time, and who may wait for it. */
import type { History, ScenarioHistory } from '../history.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { checkCauses } from './causes.ts';
import { groupBy, type Tables, type TickRow } from './rows.ts';
import { decidingMs } from './states.ts';
import { readStays, type Stay } from './stays.ts';

export function checkPlaces(tables: Tables, history: History): Check[] {
  const stays = groupBy(readStays(tables), ({ run }) => run.scenarioId);
  const ticks = groupBy(tables.ticks, (tick) => tick.scenarioId);
  const alone = createCheck('never two active runs of an exclusive scenario');
  const buffer = createCheck('buffer_one and cancel_other keep one waiting, cancel_other cancels');
  const cause = createCheck('due times are skipped or dropped only for a run in the way');
  for (const scenario of history.scenarios) {
    const own = stays.get(scenario.id) ?? [];
    checkAlone(alone, own);
    checkWaiting(buffer, history, scenario, own, ticks.get(scenario.id) ?? []);
    checkCauses(cause, history, scenario, own, ticks.get(scenario.id) ?? []);
  }
  return [alone, buffer, cause];
}

function checkAlone(check: ReturnType<typeof createCheck>, stays: readonly Stay[]): void {
  const active = stays
    .filter(({ run, active: stay }) => run.exclusive && stay !== null)
    .toSorted((a, b) => a.active!.fromMs - b.active!.fromMs);
  for (const [i, stay] of active.entries()) {
    const before = active[i - 1];
    check.expect(
      !before || before.active!.untilMs <= stay.active!.fromMs,
      () =>
        `runs ${before?.run.id} and ${stay.run.id} of scenario ${stay.run.scenarioId} at ${iso(stay.active!.fromMs)}`,
    );
  }
}

// Decisions of a batch lie apart by less than this.
const SLACK_MS = 2_000;
const LATE_MS = 60_000;

const isCaughtUp = (tick: TickRow | undefined) =>
  tick?.source === 'schedule' && tick.decidedMs - tick.dueMs > LATE_MS;

function checkWaiting(
  check: ReturnType<typeof createCheck>,
  history: History,
  { id, overlap }: ScenarioHistory,
  stays: readonly Stay[],
  ticks: readonly TickRow[],
): void {
  if (overlap !== 'buffer_one' && overlap !== 'cancel_other') return;
  const tickOf = new Map(ticks.map((tick) => [tick.runId, tick]));
  for (const { run, waited } of stays) {
    const tick = tickOf.get(run.id);
    // Runs by hand and of backfills wait whatever the policy says, and so do those that are caught up.
    const asked = tick?.source === 'manual' || tick?.source === 'backfill';
    if (!waited || !tick || asked || isCaughtUp(tick)) continue;
    const slackMs = decidingMs(history, waited.fromMs);
    const others = stays.filter(
      (other) =>
        other.run !== run &&
        (overlap === 'buffer_one' || !isCaughtUp(tickOf.get(other.run.id))) &&
        other.waited !== null &&
        other.waited.fromMs < waited.fromMs &&
        other.waited.untilMs > waited.fromMs + (overlap === 'cancel_other' ? slackMs : 0),
    );
    check.expect(
      others.length === 0,
      () =>
        `scenario ${id} (${overlap}): run ${run.id} waits behind waiting ${others.map((o) => o.run.id).join()}`,
    );
    if (overlap !== 'cancel_other') continue;
    const spared = stays.filter(
      (other) =>
        other.run !== run &&
        other.run.exclusive &&
        other.active !== null &&
        other.active.fromMs < waited.fromMs - SLACK_MS &&
        other.active.untilMs > waited.fromMs + slackMs &&
        (other.run.cancelRequestedMs === null ||
          other.run.cancelRequestedMs > waited.fromMs + slackMs),
    );
    check.expect(
      spared.length === 0,
      () =>
        `scenario ${id}: run ${run.id} came at ${iso(waited.fromMs)} and ` +
        `${spared.map((o) => o.run.id).join()} was not cancelled`,
    );
  }
}
