/** Steps, attempts and marks: each step succeeds once, under the fence of its time, and its effect with it. */
import { createCheck, iso, type Check } from './finding.ts';
import { groupBy, type AttemptRow, type ClaimRow, type StepRow, type Tables } from './rows.ts';

const keyOf = ({ runId, pos }: { runId: number; pos: number }) => `${runId}:${pos}`;

export function checkSteps(tables: Tables): Check[] {
  const claims = groupBy(tables.claims, (claim) => claim.runId);
  return [checkMarks(tables, claims), checkSuccesses(tables), checkAttempts(tables, claims)];
}

/** Whether a fence was the newest of its run at an instant. */
function wasCurrent(claims: readonly ClaimRow[] | undefined, fence: number, atMs: number): boolean {
  const own = claims?.find((claim) => claim.fence === fence);
  const next = claims?.find((claim) => claim.fence === fence + 1);
  return own !== undefined && own.atMs <= atMs && (next === undefined || atMs <= next.atMs);
}

function checkMarks({ steps, marks }: Tables, claims: ReadonlyMap<number, ClaimRow[]>): Check {
  const check = createCheck('one mark for every step that published, under the fence of its time');
  const left = groupBy(marks, keyOf);
  for (const mark of marks) {
    check.expect(
      wasCurrent(claims.get(mark.runId), mark.fence, mark.atMs),
      () =>
        `run ${mark.runId} step ${mark.pos}: a mark under fence ${mark.fence} at ${iso(mark.atMs)}`,
    );
  }
  for (const step of steps.filter(({ kind }) => kind === 'chaos_mark')) {
    const own = left.get(keyOf(step)) ?? [];
    const right =
      step.state === 'succeeded'
        ? own.length === 1 && own[0]?.attempt === step.attempt
        : own.length === 0;
    check.expect(right, () => {
      const attempts = own.map((mark) => mark.attempt).join(', ');
      return `run ${step.runId} step ${step.pos} is ${step.state}, with ${own.length} marks (attempts ${attempts})`;
    });
  }
  return check;
}

/** The events of a step, its row and its attempts tell the same end. */
function checkSuccesses({ steps, attempts, events }: Tables): Check {
  const check = createCheck('no step ended twice');
  const finished = groupBy(
    events.filter((event) => event.type === 'step.finished'),
    (event) => keyOf({ runId: event.runId, pos: event.payload.pos ?? -1 }),
  );
  const tried = groupBy(attempts, keyOf);
  for (const step of steps) {
    const ends = (finished.get(keyOf(step)) ?? []).map((event) => event.payload.state);
    const told = ends.length === 0 || (ends.length === 1 && ends[0] === step.state);
    const won = (tried.get(keyOf(step)) ?? []).filter((each) => each.state === 'succeeded').length;
    const succeeded = step.state === 'succeeded';
    check.expect(
      told && won === (succeeded ? 1 : 0) && (!succeeded || ends.length === 1),
      () =>
        `run ${step.runId} step ${step.pos} is ${step.state}; its events say ${ends.join(', ') || 'nothing'}, ` +
        `${won} attempts succeeded`,
    );
  }
  return check;
}

function checkAttempts(
  { steps, attempts }: Tables,
  claims: ReadonlyMap<number, ClaimRow[]>,
): Check {
  const check = createCheck('attempts number 1..n, each begun under the fence of its time');
  const tried = groupBy(attempts, keyOf);
  for (const step of steps)
    check.expect(inOrder(step, tried.get(keyOf(step)) ?? []), () => words(step));
  for (const each of attempts) {
    const own = claims.get(each.runId);
    const byItsWorker = own?.some(
      (claim) => claim.fence === each.fence && claim.workerId === each.workerId,
    );
    check.expect(
      byItsWorker === true && wasCurrent(own, each.fence, each.startedMs),
      () =>
        `run ${each.runId} step ${each.pos} attempt ${each.attempt}: fence ${each.fence} of ${each.workerId} at ` +
        iso(each.startedMs),
    );
  }
  return check;

  function words(step: StepRow) {
    const list = (tried.get(keyOf(step)) ?? []).map(({ attempt, state }) => `${attempt} ${state}`);
    return `run ${step.runId} step ${step.pos} is ${step.state} with attempt ${step.attempt} of ${list.join(', ')}`;
  }
}

/** Numbered without a gap, closed but for the last, which ended as the step did. */
function inOrder(step: StepRow, tried: readonly AttemptRow[]): boolean {
  const numbered = tried.every(({ attempt }, i) => attempt === i + 1);
  const earlier = tried.slice(0, -1).every(({ state }) => state === 'failed' || state === 'lost');
  const last = tried.at(-1);
  const matches =
    step.state !== 'succeeded' || (last?.state === 'succeeded' && last.attempt === step.attempt);
  return numbered && earlier && matches && (last?.attempt ?? 0) >= step.attempt;
}
