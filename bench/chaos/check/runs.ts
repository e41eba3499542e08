/** Runs, their claims and their leases: nothing lost, nothing left, nothing taken without reason. */
import type { Disturbance, History } from '../history.ts';
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type ClaimRow, type RunRow, type Tables } from './rows.ts';

const ENDED = new Set(['succeeded', 'failed', 'cancelled']);

export function checkRuns(tables: Tables, history: History): Check[] {
  const claims = groupBy(tables.claims, (claim) => claim.runId);
  return [
    checkEnds(tables, history),
    checkClaims(tables.runs, claims),
    checkLosses(tables, claims, history.disturbances),
    checkWorkers(history),
  ];
}

/** Every run has ended, whole: no lease, no step and no attempt left open. */
function checkEnds({ runs, steps, attempts }: Tables, history: History): Check {
  const check = createCheck('every run ended, with all of its steps and attempts');
  check.expect(history.drained, () => 'not drained in the time given');
  const open = new Map<number, string>();
  for (const step of steps) {
    if (step.state === 'pending' || step.state === 'running') {
      open.set(step.runId, `step ${step.pos} is ${step.state}`);
    }
  }
  for (const each of attempts) {
    if (each.state === 'running' || each.finishedMs === null) {
      open.set(each.runId, `attempt ${each.attempt} of step ${each.pos} is ${each.state}`);
    }
  }
  for (const run of runs) {
    const left = open.get(run.id);
    check.expect(
      ENDED.has(run.state) && run.finishedMs !== null && run.leaseMs === null && !left,
      () => `run ${run.id} is ${run.state}${left ? `, ${left}` : ''}`,
    );
    if (run.state !== 'succeeded') {
      check.expect(run.reason !== null, () => `run ${run.id} is ${run.state} without a reason`);
    }
  }
  return check;
}

function checkClaims(runs: readonly RunRow[], claims: ReadonlyMap<number, ClaimRow[]>): Check {
  const check = createCheck('claims number 1..fence, one after the other');
  for (const run of runs) {
    const own = claims.get(run.id) ?? [];
    const inOrder = own.every(
      ({ fence, atMs }, i) => fence === i + 1 && atMs >= (own[i - 1]?.atMs ?? run.createdMs),
    );
    check.expect(
      inOrder && own.length === run.fence && own.length > 0 === (run.startedMs !== null),
      () =>
        `run ${run.id} has fence ${run.fence} and claims ${own.map((claim) => claim.fence).join()}`,
    );
  }
  return check;
}

// A result that is lost with its connection costs what was claimed just before.
const SLACK_MS = 2_000;

/** Whoever lost a run was killed, frozen, cut off or stopped while holding it. */
function checkLosses(
  { events }: Tables,
  claims: ReadonlyMap<number, ClaimRow[]>,
  disturbances: readonly Disturbance[],
): Check {
  const check = createCheck('no lease lost without a cause');
  const handedOver = groupBy(
    events.filter((event) => event.type === 'run.handed_over'),
    (event) => event.runId,
  );
  for (const [runId, own] of claims) {
    for (const [i, { workerId, atMs }] of own.entries()) {
      const next = own[i + 1];
      if (!next) continue;
      const within = (fromMs: number, untilMs: number) =>
        fromMs <= next.atMs && untilMs >= atMs - SLACK_MS;
      const caused =
        handedOver.get(runId)?.some((event) => within(event.atMs, event.atMs)) ||
        disturbances.some(
          (each) =>
            (each.workerId === null || each.workerId === workerId) &&
            within(each.fromMs, each.untilMs),
        );
      check.expect(
        caused === true,
        () => `run ${runId} was taken from worker ${workerId} at ${iso(next.atMs)}, who was well`,
      );
    }
  }
  return check;
}

function checkWorkers({ leftovers, surprises }: History): Check {
  const violations = [...leftovers, ...surprises];
  return {
    name: 'nobody left behind, every request answered as documented',
    examined: violations.length,
    violations,
  };
}
