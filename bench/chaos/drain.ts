/** The end of a drive: nothing is due any more, everything under way ends, nobody is left. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import { DRIVER, persist, type Ground } from './ground.ts';
import type { ScenarioHistory } from './history.ts';
import type { Operator } from './operator.ts';

/** Takes every trigger by time away, so that what is due is decided first and what waits still runs. */
export async function endTriggers(
  operator: Operator,
  scenarios: readonly ScenarioHistory[],
): Promise<void> {
  const left = [...scenarios];
  const work = async () => {
    for (let scenario = left.pop(); scenario; scenario = left.pop()) {
      const untilDone = async (act: () => Promise<boolean>) => {
        for (let tries = 0; tries < 20 && !(await act()); tries++) await delay(100);
      };
      const each = scenario;
      if (each.pauses.at(-1)?.ended === null) await untilDone(() => operator.resume(each));
      if (!each.upstream) await untilDone(() => operator.edit(each, null, { kind: 'never' }));
    }
  };
  await Promise.all([work(), work(), work(), work()]);
}

/** @returns whether every run ended, and every success was passed on, in time. */
export async function untilDrained(
  { pool }: Ground,
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    const open = await persist(() =>
      pool.query(`select from run where state in ('waiting', 'queued', 'running')
                  union all select from arrival where not seen limit 1`),
    );
    if (open.rowCount === 0) return true;
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
