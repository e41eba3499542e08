/** When runs waited for a place and when they held it. */
import { groupBy, type RunRow, type Tables } from './rows.ts';

/** When a run waited and when it was active; an end may be open. */
export type Stay = {
  readonly run: RunRow;
  readonly waited: { readonly fromMs: number; readonly untilMs: number } | null;
  readonly active: { readonly fromMs: number; readonly untilMs: number } | null;
};

export function readStays({ runs, events }: Tables): Stay[] {
  const queued = groupBy(
    events.filter((event) => event.type === 'run.queued'),
    (event) => event.runId,
  );
  return runs.map((run) => {
    const own = queued.get(run.id) ?? [];
    const promotedMs = own.find((event) => event.payload.promoted)?.atMs ?? null;
    const endMs = run.finishedMs ?? Infinity;
    if (own[0]?.payload.state !== 'waiting') {
      return { run, waited: null, active: { fromMs: run.createdMs, untilMs: endMs } };
    }
    return {
      run,
      waited: { fromMs: run.createdMs, untilMs: promotedMs ?? endMs },
      active: promotedMs === null ? null : { fromMs: promotedMs, untilMs: endMs },
    };
  });
}
