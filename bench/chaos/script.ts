/** The random script: every half second or so something goes wrong or somebody does something. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '#platform/db.ts';
import type { Fleet } from './fleet.ts';
import { DRIVER, type Ground } from './ground.ts';
import type { ScenarioHistory } from './history.ts';
import type { Operator } from './operator.ts';
import type { Random } from './random.ts';
import { planTrigger, type Plan } from './scenarios.ts';

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

// Postgres is not restarted sooner than this after the last time, so that something happens in between.
const CALM_MS = 15_000;
const LONGEST_FREEZE_MS = 30_000;
// All workers away for more than the minute after which due times are missed, once in a long drive.
const BLACKOUT_MS = 75_000;
const LONG_MS = 300_000;
// The first scenarios: one of each overlap with each catch-up.
const FAVOURITES = 15;

const WEIGHTS = [
  ['kill', 3],
  ['freeze', 3],
  ['restart', 1],
  ['cut', 4],
  ['edit', 12],
  ['pause', 5],
  ['resume', 4],
  ['run', 12],
  ['cancel', 8],
  ['cancelSlowly', 4],
] as const;

export const playChaos: Script = async (stage) => {
  const { fleet, random, untilMs, signal, tell } = stage;
  const actions = createActions(stage);
  const counts: Record<string, number> = {};
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const begunMs = Date.now();
  let blackoutMs = untilMs - begunMs >= LONG_MS ? (begunMs + untilMs) / 2 : Infinity;

  while (Date.now() < untilMs && !signal.aborted) {
    let name: keyof typeof actions = random.weighted(WEIGHTS);
    if (Date.now() > blackoutMs) [name, blackoutMs] = ['blackout', Infinity];
    counts[name] = (counts[name] ?? 0) + 1;
    tell(`${Math.round((Date.now() - begunMs) / 1000)} s: ${name}`);
    const done: Promise<void> = actions[name]()
      .catch((error: unknown) => {
        if (!isTransient(error)) failures.push(error);
      })
      .finally(() => underWay.delete(done));
    underWay.add(done);
    await delay(random.int(50, 900));
  }
  fleet.wakeAll();
  await Promise.all(underWay);
  signal.throwIfAborted();
  if (failures.length > 0) throw new AggregateError(failures, 'the script itself failed');
  return counts;
};

function createActions({ ground, fleet, operator, scenarios, plans, random, untilMs }: Stage) {
  const { disturbances } = fleet;
  const busy = new Set<ScenarioHistory>();
  let restartedMs = Date.now();
  let away = false;

  /** One scenario, by one person at a time: what came of a lost answer could not be told otherwise. */
  const onOne = async (
    among: readonly ScenarioHistory[],
    act: (scenario: ScenarioHistory) => Promise<unknown>,
  ) => {
    const free = among.filter((scenario) => !busy.has(scenario));
    if (free.length === 0) return;
    // Half of the time one of a few, so that what people do meets what others have done.
    const favourites = free.filter((scenario) => scenarios.indexOf(scenario) < FAVOURITES);
    const scenario = random.pick(favourites.length > 0 && random.chance(0.5) ? favourites : free);
    busy.add(scenario);
    await act(scenario).finally(() => busy.delete(scenario));
  };
  const timed = scenarios.filter(({ upstream }) => !upstream);
  const isPaused = ({ pauses }: ScenarioHistory) => pauses.at(-1)?.ended === null;
  const cancel = (holdMs: number) =>
    operator.cancel((count) => random.int(0, Math.max(0, count - 1)), holdMs);

  return {
    async kill() {
      const running = fleet.running();
      if (running.length === 0 || away) return;
      await fleet.kill(random.pick(running));
      await delay(random.int(0, 3000));
      await fleet.start();
    },
    async freeze() {
      const running = fleet.running();
      if (running.length < 2 || away) return;
      const leftMs = Math.max(1000, untilMs - Date.now());
      await fleet.freeze(
        random.pick(running),
        random.int(500, Math.min(LONGEST_FREEZE_MS, leftMs)),
      );
    },
    async restart() {
      if (Date.now() - restartedMs < CALM_MS) return;
      restartedMs = Infinity;
      const fromMs = Date.now();
      await ground.restart(random.int(0, 2000));
      restartedMs = Date.now();
      disturbances.push({ workerId: null, what: 'postgres', fromMs, untilMs: restartedMs });
    },
    async cut() {
      const fromMs = Date.now();
      await cutSessions(ground, random.int(0, 2 ** 30));
      disturbances.push({ workerId: null, what: 'cut', fromMs, untilMs: Date.now() });
    },
    async blackout() {
      away = true;
      const count = fleet.running().length;
      await Promise.all(fleet.running().map((id) => fleet.kill(id)));
      await delay(BLACKOUT_MS);
      for (let i = 0; i < count; i++) await fleet.start();
      away = false;
    },
    edit: () =>
      onOne(timed, (scenario) => {
        const { createdAt } = plans[scenarios.indexOf(scenario)]!;
        const { trigger, rule } = planTrigger(random, createdAt);
        return operator.edit(scenario, trigger, rule);
      }),
    pause: () =>
      onOne(
        scenarios.filter((each) => !isPaused(each)),
        operator.pause,
      ),
    resume: () => onOne(scenarios.filter(isPaused), operator.resume),
    run: () => onOne(scenarios, operator.runNow),
    cancel: () => cancel(0),
    cancelSlowly: () => cancel(random.int(50, 300)),
  };
}

/** Ends a random tenth of everybody's sessions but the driver's own. */
async function cutSessions({ pool }: Ground, salt: number): Promise<void> {
  await pool.query(
    `with chosen as materialized (
       select pid from pg_stat_activity
       where datname = current_database() and application_name <> $1 and backend_type = 'client backend'
         and abs(hashint4(pid # $2::int)) % 10 = 0)
     select pg_terminate_backend(pid) from chosen`,
    [DRIVER, salt],
  );
}
