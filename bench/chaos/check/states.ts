/** What held when, where one knows of each change only between which instants it took effect. */
import type { Between, History, ScenarioHistory } from '../history.ts';
import type { SelfSwitchRow } from './rows.ts';

/** Of changes in order, the first of which holds from the beginning: those that may have held at some instant of
 *  [fromMs, untilMs]. */
export function heldWithin<Held extends Between>(
  changes: readonly Held[],
  fromMs: number,
  untilMs = fromMs,
): Held[] {
  return changes.filter(
    (change, i) => change.fromMs <= untilMs && (changes[i + 1]?.untilMs ?? Infinity) >= fromMs,
  );
}

export type PauseState = Between & {
  readonly paused: boolean;
  /** When it ends by itself; null: it does not. */
  readonly endsMs: number | null;
  /** Nobody asked for it at that moment. */
  readonly itself: boolean;
};

// From the decision of a transaction to its row in the audit log. A worker that freezes in between loses its session.
const OWN_MS = 12_000;

/** When a scenario was paused: what people did, and what it did by itself. */
export function pauseStates(
  { switches }: ScenarioHistory,
  own: readonly SelfSwitchRow[],
): PauseState[] {
  const always = { fromMs: -Infinity, untilMs: -Infinity, paused: false, endsMs: null };
  const states: PauseState[] = [
    ...switches.map((each) => ({ ...each, itself: false })),
    ...own.map(({ paused, atMs }) => ({
      fromMs: atMs - OWN_MS,
      untilMs: Math.ceil(atMs),
      paused,
      endsMs: null,
      itself: true,
    })),
  ].toSorted((a, b) => a.untilMs - b.untilMs);
  return [{ ...always, itself: false }, ...states].map((state, i, all) => {
    const before = all[i - 1];
    if (!state.itself || !before) return state;
    // Never before the state that it ended, and a pause that ends by itself never before its time.
    return { ...state, fromMs: Math.max(state.fromMs, before.untilMs, before.endsMs ?? -Infinity) };
  });
}

/** Whether nothing could fire by itself at that instant, for certain. */
export function surelyPaused(
  { org }: Pick<History, 'org'>,
  states: readonly PauseState[],
  atMs: number,
): boolean {
  return (
    heldWithin(states, atMs).every(({ paused }) => paused) ||
    heldWithin(org, atMs).every(({ paused }) => paused)
  );
}

/** How much later than at once something may come that Postgres and workers do: what all of them were away for comes on
 *  top. */
export function reachMs(
  { disturbances }: Pick<History, 'disturbances'>,
  fromMs: number,
  withinMs: number,
): number {
  let endMs = fromMs + withinMs;
  const away = disturbances
    .filter(({ what }) => what === 'postgres' || what === 'blackout')
    .toSorted((a, b) => a.fromMs - b.fromMs);
  for (const each of away) {
    if (each.fromMs <= endMs && each.untilMs >= fromMs) endMs += each.untilMs - each.fromMs;
  }
  return endMs;
}

// The statements of a decision lie apart by less than this.
const DECIDING_MS = 2_000;
const FROZEN_MS = 12_000;

/** How far the statements of a decision at that instant may lie apart: a worker that freezes in between keeps its
 *  session, and the slot, for 10 s. */
export function decidingMs({ disturbances }: Pick<History, 'disturbances'>, atMs: number): number {
  const froze = disturbances.some(
    ({ what, fromMs, untilMs }) =>
      what === 'frozen' && fromMs <= atMs + FROZEN_MS && untilMs >= atMs - FROZEN_MS,
  );
  return froze ? FROZEN_MS : DECIDING_MS;
}
