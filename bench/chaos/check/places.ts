/** The place of an exclusive scenario: one active run at a time, and who may wait for it. */
import type { History, ScenarioHistory } from '../history.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type RunRow, type Tables, type TickRow } from './rows.ts';

/** When a run waited and when it was active; an end may be open. */
type Stay = {
  readonly run: RunRow;
  readonly waited: { readonly fromMs: number; readonly untilMs: number } | null;
  readonly active: { readonly fromMs: number; readonly untilMs: number } | null;
};

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

function readStays({ runs, events }: Tables): Stay[] {
  const queued = groupBy(
    events.filter((event) => event.type === 'run.queued'),
    (event) => event.runId,
  );
  return runs.map((run) => {
    const own = queued.get(run.id) ?? [];
    const promotedMs = own.find((event) => event.payload.promoted)?.atMs ?? null;
    const endMs = run.finishedMs ?? Infinity;
    if (own[0]?.payload.state !== 'waiting') {
      return { run, waited: null, active: { fromMs: run.createdMs, untilMs: endMs } };
    }
    return {
      run,
      waited: { fromMs: run.createdMs, untilMs: promotedMs ?? endMs },
      active: promotedMs === null ? null : { fromMs: promotedMs, untilMs: endMs },
    };
  });
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

// Decisions of a batch, and the statements of one, lie apart by less than this.
const SLACK_MS = 2_000;
const FROZEN_MS = 12_000;
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

function checkCauses(
  check: ReturnType<typeof createCheck>,
  history: History,
  { id, overlap }: ScenarioHistory,
  stays: readonly Stay[],
  ticks: readonly TickRow[],
): void {
  for (const tick of ticks) {
    if (tick.outcome !== 'skipped_overlap' && tick.outcome !== 'dropped') continue;
    const lookedMs = tick.decidedMs - decidingMs(history, tick.decidedMs);
    const inTheWay = stays.some(
      ({ run }) =>
        run.exclusive &&
        run.createdMs <= tick.decidedMs + SLACK_MS &&
        (run.finishedMs ?? Infinity) >= lookedMs,
    );
    check.expect(inTheWay && overlap !== 'buffer_all', () => {
      const ends = stays.map(({ run }) => run.finishedMs ?? Infinity);
      const last = Math.max(...ends.filter((endMs) => endMs <= tick.decidedMs));
      return (
        `tick ${tick.id} of scenario ${id} (${overlap}) at ${iso(tick.dueMs)} is ${tick.outcome}, decided ` +
        `${iso(tick.decidedMs)}, ${Math.round(tick.decidedMs - last)} ms after the last end`
      );
    });
  }
}

/** How far the statements of a decision at that instant may lie apart: a worker that freezes in between keeps its
 *  session, and the slot, for 10 s. */
function decidingMs({ disturbances }: History, atMs: number): number {
  const froze = disturbances.some(
    ({ what, fromMs, untilMs }) =>
      what === 'frozen' && fromMs <= atMs + FROZEN_MS && untilMs >= atMs - FROZEN_MS,
  );
  return froze ? FROZEN_MS : SLACK_MS;
}
