/** The short scripts of the planted drives: each does little but what its bug needs to show. */
import { setTimeout as delay } from 'node:timers/promises';
import { persist } from './ground.ts';
import type { Script } from './script.ts';

export const wait: Script = async ({ untilMs, signal }) => {
  await delay(Math.max(0, untilMs - Date.now()), undefined, { signal });
  return {};
};

/** Freezes a worker that works on a run, and wakes it as soon as another has taken the run over. */
export const freezeAtWork: Script = async ({ ground: { pool }, fleet, untilMs, signal }) => {
  let frozen = 0;
  while (Date.now() < untilMs && !signal.aborted) {
    const { rows } = await persist(() =>
      pool.query<{ id: number; fence: number; workerId: string }>(
        `select id, fence, worker_id as "workerId" from run where state = 'running' limit 1`,
      ),
    );
    const [run] = rows;
    if (!run || !fleet.running().includes(run.workerId)) {
      await delay(50);
      continue;
    }
    const awake = fleet.freeze(run.workerId, 30_000);
    frozen += 1;
    // As long as it is frozen at most: a run that had ended before that is never taken over.
    for (const until = Date.now() + 30_000; Date.now() < until;) {
      const { rowCount } = await pool.query(
        `select from run where id = $1 and (fence > $2 and worker_id <> $3 or finished_at is not null)`,
        [run.id, run.fence, run.workerId],
      );
      if (rowCount === 1) break;
      await delay(20, undefined, { signal });
    }
    fleet.wakeAll();
    await awake;
    await delay(2000);
  }
  return { freeze: frozen };
};

export const cancelSlowly: Script = async ({ operator, random, untilMs }) => {
  let cancels = 0;
  for (; Date.now() < untilMs; cancels++) {
    await operator.cancel((count) => random.int(0, Math.max(0, count - 1)), 100);
    await delay(50);
  }
  return { cancelSlowly: cancels };
};

/** Backfills the last due times of one scenario after the other. */
export const backfillAll: Script = async ({ operator, scenarios, random, untilMs, signal }) => {
  let backfills = 0;
  for (; Date.now() < untilMs && !signal.aborted; backfills++) {
    const range = { afterMs: Date.now() - 5000, toMs: null };
    await operator.backfill(random.pick(scenarios), { ...range, overlap: 'buffer_all' });
    await delay(500);
  }
  return { backfill: backfills };
};

/** Retries whatever has failed. */
export const retryAll: Script = async ({ operator, random, untilMs, signal }) => {
  let retries = 0;
  while (Date.now() < untilMs && !signal.aborted) {
    const failed = await operator.findEnded('failed');
    if (failed.length > 0) {
      await operator.retry(random.pick(failed), 'from_failed');
      retries += 1;
    }
    await delay(200);
  }
  return { retry: retries };
};

/** Drains the organisation again and again, and asks for runs meanwhile. */
export const drainOften: Script = async ({ operator, scenarios, random, untilMs, signal }) => {
  let drains = 0;
  for (; Date.now() < untilMs && !signal.aborted; drains++) {
    await operator.pauseOrg(true);
    for (let asked = 0; asked < 8; asked++) {
      await operator.runNow(random.pick(scenarios));
      await delay(400);
    }
    await operator.resumeOrg();
    await delay(500);
  }
  return { orgDrain: drains };
};
