/** The end of a drive: nothing is due any more, everything under way ends, nobody is left. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import { DRIVER, persist, type Ground } from './ground.ts';
import type { Operator } from './act/operator.ts';
import type { ScenarioHistory } from './history.ts';

/** Takes every trigger by time away, so that what is due is decided first and what waits still runs. */
export async function endTriggers(
  operator: Operator,
  scenarios: readonly ScenarioHistory[],
): Promise<void> {
  const left = [...scenarios];
  const paused = new Set(await operator.findPaused(scenarios));
  const work = async () => {
    for (let scenario = left.pop(); scenario; scenario = left.pop()) {
      const untilDone = async (act: () => Promise<boolean>) => {
        for (let tries = 0; tries < 20 && !(await act()); tries++) await delay(100);
      };
      const each = scenario;
      if (paused.has(each)) await untilDone(() => operator.resume(each));
      if (!each.upstream) await untilDone(() => operator.edit(each, null, { kind: 'never' }));
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

/** @returns whether every run ended, and every end was counted and passed on, before nothing went on for so long. */
export async function untilDrained(
  { pool }: Ground,
  stallMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  let left = Infinity;
  let deadline = Date.now() + stallMs;
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    const { rows } = await persist(() =>
      pool.query<{ count: number }>(
        `select (select count(*) from run where state in ('waiting', 'queued', 'running'))
              + (select count(*) from run where not settled)
              + (select count(*) from arrival where not seen) as count`,
      ),
    );
    const { count } = rows[0]!;
    if (count === 0) return true;
    if (count !== left) [left, deadline] = [count, Date.now() + stallMs];
    await delay(100);
  }
  return false;
}

/** Waits a little for sessions to close: first those of runs, then, once all workers have stopped, everybody's.
 *  @returns those that stayed, and workers that did not stop well. */
export async function stopEverybody(ground: Ground, fleet: Fleet): Promise<string[]> {
  const ofRuns = await sessionsLeft(ground, 'hf:%', 5_000);
  const workers = await fleet.stopAll(15_000);
  return [...ofRuns, ...workers, ...(await sessionsLeft(ground, '%', 2_000))];
}

async function sessionsLeft({ pool }: Ground, name: string, withinMs: number): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { rows } = await pool.query<{ session: string }>(
      `select application_name || ' (' || state || ')' as session from pg_stat_activity
       where datname = current_database() and backend_type = 'client backend'
         and application_name <> $1 and application_name like $2`,
      [DRIVER, name],
    );
    if (rows.length === 0 || Date.now() > deadline)
      return rows.map((row) => `session ${row.session}`);
    await delay(100);
  }
}
