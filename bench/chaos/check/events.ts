/** Events: numbered without a gap, in a sane order, and given to live readers exactly so. */
import type { History } from '../history.ts';
import { createCheck, type Check } from './finding.ts';
import { groupBy, type EventRow, type RunRow, type Tables } from './rows.ts';

export function checkEvents({ runs, events }: Tables, history: History): Check[] {
  const byRun = groupBy(events, (event) => event.runId);
  return [checkNumbers(runs, byRun), checkOrder(runs, byRun), checkReaders(history, byRun)];
}

type ByRun = ReadonlyMap<number, readonly EventRow[]>;

function checkNumbers(runs: readonly RunRow[], byRun: ByRun): Check {
  const check = createCheck("events number 1..n, n as the run's counter says");
  const known = new Set(runs.map((run) => run.id));
  for (const run of runs) {
    const own = byRun.get(run.id) ?? [];
    const gap = own.findIndex(({ seq }, i) => seq !== i + 1);
    check.expect(
      gap === -1 && own.length === run.eventSeq,
      () =>
        `run ${run.id} has ${own.length} events, its counter says ${run.eventSeq}` +
        (gap === -1 ? '' : `; after ${gap} comes ${own[gap]?.seq}`),
    );
  }
  for (const runId of byRun.keys())
    check.expect(known.has(runId), () => `events of no run ${runId}`);
  return check;
}

/** Queued first, started once and before any step, finished once and last, as the row says; time never goes back. */
function checkOrder(runs: readonly RunRow[], byRun: ByRun): Check {
  const check = createCheck('queued first, started once, finished once and last');
  for (const run of runs) {
    const own = byRun.get(run.id) ?? [];
    const problems: string[] = [];
    if (own[0]?.type !== 'run.queued') problems.push(`begins with ${own[0]?.type ?? 'nothing'}`);
    const started = own.filter((event) => event.type === 'run.started').length;
    if (started !== (run.fence > 0 ? 1 : 0)) problems.push(`run.started ${started} times`);
    const firstStep = own.findIndex((event) => event.type === 'step.started');
    const start = own.findIndex((event) => event.type === 'run.started');
    if (firstStep !== -1 && firstStep < start) problems.push('a step before run.started');
    const finished = own.filter((event) => event.type === 'run.finished');
    const last = own.at(-1);
    if (finished.length !== 1) problems.push(`run.finished ${finished.length} times`);
    else if (last !== finished[0]) problems.push(`${last?.type} after run.finished`);
    else if (last?.payload.state !== run.state) problems.push(`finished as ${last?.payload.state}`);
    const back = own.findIndex((event, i) => event.atMs < (own[i - 1]?.atMs ?? 0));
    if (back !== -1) problems.push(`event ${back + 1} is older than the one before`);
    check.expect(
      problems.length === 0,
      () => `run ${run.id} (${run.state}, fence ${run.fence}): ${problems.join('; ')}`,
    );
  }
  return check;
}

function checkReaders({ readings }: History, byRun: ByRun): Check {
  const check = createCheck('live readers were given every event once, in order');
  for (const { runId, seqs, ended } of readings) {
    const count = byRun.get(runId)?.length ?? 0;
    const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
      (seq) => !seqs.includes(seq),
    );
    const inOrder = seqs.every((seq, i) => seq === i + 1);
    check.expect(
      ended && inOrder && seqs.length === count,
      () =>
        `run ${runId}: ${seqs.length} of ${count} events read${ended ? '' : ', not to the end'}` +
        (missing.length > 0 ? `; missing ${missing.slice(0, 5).join(', ')}` : ''),
    );
  }
  return check;
}
