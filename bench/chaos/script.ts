/** The random script: every half second or so something goes wrong or somebody does something. Everything is meant to
 *  be done once at least in a drive of a minute; the rest is chance. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '#platform/db.ts';
import { disturbances } from './act/disturb.ts';
import type { Operator } from './act/operator.ts';
import { people } from './act/people.ts';
import type { Fleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import type { ScenarioHistory } from './history.ts';
import type { Plan } from './plan/plan.ts';
import type { Random } from './random.ts';

export type Stage = {
  readonly ground: Ground;
  readonly fleet: Fleet;
  readonly operator: Operator;
  readonly scenarios: readonly ScenarioHistory[];
  /** Of the same scenarios, in the same order. */
  readonly plans: readonly Plan[];
  readonly random: Random;
  readonly untilMs: number;
  /** Fires when the drive is to break off. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
};

/** @returns how often each thing was done, once all of it is over. */
export type Script = (stage: Stage) => Promise<Record<string, number>>;

/** @returns whether there was anything to do. */
export type Act = () => Promise<boolean>;

// All workers away for more than the minute after which due times are missed, once in a long drive.
const BLACKOUT_FROM_MS = 300_000;
// What could not be done when its turn came is tried again after this.
const AGAIN_MS = 2_000;

const WEIGHTS = [
  ['kill', 3],
  ['freeze', 3],
  ['restart', 1],
  ['crash', 1],
  ['cut', 4],
  ['edit', 12],
  ['pause', 4],
  ['pauseUntil', 4],
  ['resume', 6],
  ['run', 12],
  ['cancel', 8],
  ['cancelSlowly', 4],
  ['retry', 10],
  ['backfill', 4],
  ['calendar', 1],
  ['limit', 1],
  ['orgPause', 1],
  ['orgDrain', 1],
] as const;

export const playChaos: Script = async (stage) => {
  const { fleet, random, untilMs, signal, tell } = stage;
  const actions = { ...disturbances(stage), ...people(stage) };
  type Name = keyof typeof actions;
  const counts: Record<string, number> = {};
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const begunMs = Date.now();
  const isLong = untilMs - begunMs >= BLACKOUT_FROM_MS;
  // The rare ones first: what has to wait for its turn still gets one.
  const names: Name[] = WEIGHTS.toSorted((a, b) => a[1] - b[1]).map(([name]) => name);
  const once = spread<Name>(isLong ? [...names, 'blackout'] : names, begunMs, untilMs);

  const act = async (name: Name, again: () => void) => {
    try {
      if (!(await actions[name]())) return again();
      counts[name] = (counts[name] ?? 0) + 1;
      tell(`${Math.round((Date.now() - begunMs) / 1000)} s: ${name}`);
    } catch (error) {
      if (!isTransient(error)) failures.push(error);
    }
  };
  while (Date.now() < untilMs && !signal.aborted) {
    const turn = once.findIndex(({ fromMs }) => Date.now() >= fromMs);
    const [first] = turn === -1 ? [] : once.splice(turn, 1);
    const again = () => {
      if (first) once.push({ ...first, fromMs: Date.now() + AGAIN_MS });
    };
    const done: Promise<void> = act(first?.name ?? random.weighted(WEIGHTS), again).finally(() =>
      underWay.delete(done),
    );
    underWay.add(done);
    await delay(random.int(50, 750));
  }
  fleet.wakeAll();
  await Promise.all(underWay);
  signal.throwIfAborted();
  if (failures.length > 0) throw new AggregateError(failures, 'the script itself failed');
  return counts;
};

/** Each at its time in the first two thirds, so that there is time for its consequences. */
function spread<Name>(names: readonly Name[], fromMs: number, untilMs: number) {
  const stepMs = ((untilMs - fromMs) * (2 / 3)) / names.length;
  return names.map((name, i) => ({ name, fromMs: fromMs + stepMs * (i + 0.5) }));
}
