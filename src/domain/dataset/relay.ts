/** COPY out of one session into another, through this process but never held by it. */
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Client } from '#platform/db.ts';

export type End = { readonly session: Client; readonly sql: string };

/** Runs `copy … to stdout` and `copy … from stdin` against each other. When it fails or is aborted both sessions
 *  are free again, `to` with its transaction rolled back.
 *  @returns how many rows went over.
 *  @throws the database's error; the signal's reason when aborted. */
export async function relay(from: End, to: End, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const { rows } = await from.session.query('select pg_backend_pid() as pid');
  const out = from.session.query(copyTo(from.sql));
  const into = to.session.query(copyFrom(to.sql));
  let stopped: Promise<unknown> | undefined;
  let refusal: unknown;

  // A sort in `from` may be long from its first row: only a cancel from the other session reaches it.
  const stop = () =>
    (stopped ??= (async () => {
      // A COPY that was refused is over: destroying it would wait for a second refusal.
      if (refusal === undefined) into.destroy();
      await to.session.query('rollback');
      await to.session.query('select pg_cancel_backend($1)', [rows[0].pid]);
    })());
  const onAbort = () => void stop().catch(() => {});
  into.on('error', (error) => {
    // Being stopped is reported as an error too.
    if (stopped !== undefined) return;
    refusal = error;
    onAbort();
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of out.iterator({ destroyOnReturn: false })) {
      if (stopped !== undefined) break;
      if (!into.write(chunk)) await once(into, 'drain', { signal });
    }
    if (stopped !== undefined) throw new Error('the relay was stopped');
    into.end();
    await finished(into, { signal });
    return into.rowCount;
  } catch (error) {
    const drained = finished(out.resume()).catch(() => {});
    await stop().catch(() => {});
    await drained;
    signal.throwIfAborted();
    throw refusal ?? error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
