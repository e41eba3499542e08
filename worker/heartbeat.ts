/** Says every 30 seconds that this worker lives, on a connection of its own, so that no long statement of a step
 *  can hold it up. */
import { hostname } from 'node:os';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop, type Loop } from '#platform/loop.ts';
import { recordBeat } from '#domain/heartbeat/beat.sql.ts';

export type HeartbeatSource = {
  readonly workerId: string;
  readonly slots: number;
  readonly version: string;
  /** What it does at the moment. */
  now(): { running: number; currentScenarioId: number | null; tickAgeMs: number | null };
};

export function startHeartbeat(
  pool: Pool,
  log: Log,
  everyMs: number,
  source: HeartbeatSource,
): Loop {
  const { workerId, slots, version } = source;
  return loop(
    'heartbeat',
    () =>
      recordBeat(pool, {
        workerId,
        slots,
        version,
        host: hostname(),
        pid: process.pid,
        ...source.now(),
      }),
    { everyMs, log },
  );
}
