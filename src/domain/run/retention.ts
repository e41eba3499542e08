/** Takes out of history what an organisation does not keep any longer: events and logs first, then runs and ticks.
 *  Never an active run, never one that something waits for. Any number of workers may do so. */
import { row, rows, sqlState, transaction, type Client, type Pool } from '#platform/db.ts';
import { RUNS_PER_PARTITION } from '../event/partitions.ts';
import { readSettings } from '../org/settings.ts';
import * as sql from './retention.sql.ts';

export type Taken = {
  /** How many runs lost their events. */
  events: number;
  runs: number;
  ticks: number;
};

// A run has some ten rows beside it and may have thousands of events: no lock is held for more than about 100 ms.
const RUNS = 200;
const TICKS = 1_000;
// Dropping a range stops every journal for a moment; rather not now than for long.
const LOCK_TIMEOUT = '1s';
const LOCK_NOT_AVAILABLE = '55P03';

/** One batch of each kind from every project.
 *  @returns what went; all zero when there is nothing left to take, or another worker is at it. */
export async function takeOld(pool: Pool, signal?: AbortSignal): Promise<Taken> {
  const taken: Taken = { events: 0, runs: 0, ticks: 0 };
  for (const project of await rows(pool, sql.keptProjects)) {
    if (signal?.aborted) break;
    const { events, runs, ticks } = await takeFrom(pool, project);
    taken.events += events;
    taken.runs += runs;
    taken.ticks += ticks;
  }
  return taken;
}

async function takeFrom(pool: Pool, { id, settings }: sql.KeptProject): Promise<Taken> {
  const { runRetentionDays, eventRetentionDays } = readSettings(settings);
  return {
    events: await alone(pool, async (tx) => {
      const found = await row(tx, sql.deleteEvents, [id, eventRetentionDays, RUNS]);
      return found!.runs;
    }),
    runs: await alone(pool, async (tx) => {
      const old = await rows(tx, sql.lockOldRuns, [id, runRetentionDays, RUNS]);
      const ids = old.map((run) => run.id);
      return (await rows(tx, sql.deleteOldRuns, [id, runRetentionDays, ids])).length;
    }),
    ticks: await alone(pool, async (tx) => {
      return (await rows(tx, sql.deleteTicks, [id, runRetentionDays, TICKS])).length;
    }),
  };
}

function alone(pool: Pool, work: (tx: Client) => Promise<number>): Promise<number> {
  return transaction(pool, async (tx) => ((await row(tx, sql.tryRetention))?.mine ? work(tx) : 0));
}

/** Drops the ranges of events of which the longest retention has passed for every run: that costs the same however
 *  many events are in one.
 *  @returns their names. */
export async function dropOldRanges(pool: Pool): Promise<string[]> {
  const dropped: string[] = [];
  for (const { n } of await rows(pool, sql.eventRanges)) {
    const range = [n * RUNS_PER_PARTITION, (n + 1) * RUNS_PER_PARTITION];
    if ((await row(pool, sql.isRangeKept, range))!.kept) break;
    const name = `run_event_${n}`;
    if (!(await drop(pool, name))) break;
    dropped.push(name);
  }
  return dropped;
}

/** @returns false when the lock was not to be had in time: the next pass asks again. */
async function drop(pool: Pool, name: string): Promise<boolean> {
  try {
    await transaction(pool, async (tx) => {
      await tx.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      await tx.query(`drop table if exists ${name}`);
    });
    return true;
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}
