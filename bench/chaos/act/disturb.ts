/** What goes wrong: workers die or freeze, Postgres restarts or crashes, connections are cut. Each records when. */
import { setTimeout as delay } from 'node:timers/promises';
import { DRIVER, type Ground } from '../ground.ts';
import type { Act, Stage } from '../script.ts';
import type { Crash } from '../crash.ts';

// Postgres is not stopped sooner than this after the last time, so that something happens in between.
const CALM_MS = 12_000;
const LONGEST_FREEZE_MS = 30_000;
const BLACKOUT_MS = 75_000;

export function disturbances({ ground, fleet, random, untilMs }: Stage) {
  const { disturbances: record } = fleet;
  let stoppedMs = Date.now() - CALM_MS / 2;
  let away = false;

  async function stopPostgres(crash?: Crash): Promise<boolean> {
    if (Date.now() - stoppedMs < CALM_MS) return false;
    stoppedMs = Infinity;
    const fromMs = Date.now();
    await ground.restart(random.int(0, 2000), crash);
    stoppedMs = Date.now();
    record.push({ workerId: null, what: 'postgres', fromMs, untilMs: stoppedMs });
    return true;
  }

  return {
    async kill() {
      const running = fleet.running();
      if (running.length === 0 || away) return false;
      await fleet.kill(random.pick(running));
      await delay(random.int(0, 3000));
      await fleet.start();
      return true;
    },
    async freeze() {
      const running = fleet.running();
      if (running.length < 2 || away) return false;
      const leftMs = Math.max(1000, untilMs - Date.now());
      await fleet.freeze(
        random.pick(running),
        random.int(500, Math.min(LONGEST_FREEZE_MS, leftMs)),
      );
      return true;
    },
    restart: () => stopPostgres(),
    crash: () => stopPostgres(random.pick(['killed', 'quit'])),
    async cut() {
      const fromMs = Date.now();
      await cutSessions(ground, random.int(0, 2 ** 30));
      record.push({ workerId: null, what: 'cut', fromMs, untilMs: Date.now() });
      return true;
    },
    async blackout() {
      away = true;
      const fromMs = Date.now();
      const count = fleet.running().length;
      await Promise.all(fleet.running().map((id) => fleet.kill(id)));
      await delay(BLACKOUT_MS);
      for (let i = 0; i < count; i++) await fleet.start();
      away = false;
      record.push({ workerId: null, what: 'blackout', fromMs, untilMs: Date.now() });
      return true;
    },
  } satisfies Record<string, Act>;
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
