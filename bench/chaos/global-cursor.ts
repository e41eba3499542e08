/** The reader that one would write first, and that loses events: all events numbered by one sequence, read by
 *  `id > last`. Numbers are handed out before commits, so a number may appear after a higher one was read. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Ground } from './ground.ts';
import type { Reading } from './history.ts';
import type { Readers } from './readers.ts';

export async function numberEventsGlobally({ pool }: Ground): Promise<void> {
  await pool.query(`create sequence public.event_number`);
  await pool.query(`alter table honeyframe.run_event
    add column number bigint not null default nextval('public.event_number')`);
}

export function startGlobalCursor({ pool }: Ground): Readers {
  const seqs = new Map<number, number[]>();
  let last = 0;

  const look = async () => {
    const { rows } = await pool.query<{ number: number; runId: number; seq: number }>(
      `select number, run_id as "runId", seq from honeyframe.run_event where number > $1 order by number`,
      [last],
    );
    for (const { number, runId, seq } of rows) {
      seqs.set(runId, [...(seqs.get(runId) ?? []), seq]);
      last = number;
    }
  };
  const stop = new AbortController();
  const looking = (async () => {
    while (!stop.signal.aborted) {
      await look();
      await delay(10);
    }
  })();

  return {
    async finish() {
      stop.abort();
      await looking;
      await look();
      return [...seqs].map(([runId, read]): Reading => ({ runId, seqs: read, ended: true }));
    },
  };
}
