/** A retry makes one run, linked to the chain of what it retries, and takes over the steps that succeeded: they are not
 *  executed again. */
import type { History } from '../history.ts';
import { createCheck, type Check } from './finding.ts';
import { groupBy, type RunRow, type StepRow, type Tables } from './rows.ts';

export function checkRetries(tables: Tables, history: History): Check[] {
  const byId = new Map(tables.runs.map((run) => [run.id, run]));
  const retries = tables.runs.flatMap((run) => {
    const [, of] = /^retry:(\d+):\d+$/.exec(run.sourceKey) ?? [];
    return of === undefined ? [] : [{ run, of: byId.get(Number(of)) }];
  });
  return [checkLinks(tables.runs, retries, history), checkReuse(tables, retries)];
}

type Retry = { readonly run: RunRow; readonly of: RunRow | undefined };

function checkLinks(runs: readonly RunRow[], retries: readonly Retry[], history: History): Check {
  const check = createCheck('a retry makes one run, linked to what it retries');
  for (const { run, of } of retries) {
    check.expect(
      of !== undefined &&
        run.originRunId === (of.originRunId ?? of.id) &&
        run.sourceKey === `retry:${of.id}:${run.id}` &&
        run.scenarioId === of.scenarioId &&
        run.dueMs === of.dueMs &&
        run.configHash === of.configHash &&
        of.finishedMs !== null &&
        of.finishedMs <= run.createdMs &&
        !(run.retryMode === 'from_failed' && of.state === 'succeeded'),
      () => `run ${run.id} (${run.sourceKey}) of the chain of run ${run.originRunId}`,
    );
  }
  // Two of a chain at once would race for the same effects.
  for (const chain of groupBy(retries, ({ run }) => run.originRunId).values()) {
    const inOrder = chain.toSorted((a, b) => a.run.createdMs - b.run.createdMs);
    for (const [i, { run }] of inOrder.entries()) {
      const before = inOrder[i - 1]?.run;
      check.expect(
        !before || (before.finishedMs ?? Infinity) <= run.createdMs,
        () => `run ${run.id} retries while run ${before?.id} of the same chain does`,
      );
    }
  }
  checkAnswers(check, runs, retries, history);
  return check;
}

/** As many as were asked for: none more, and none of those that were promised less. */
function checkAnswers(
  check: ReturnType<typeof createCheck>,
  runs: readonly RunRow[],
  retries: readonly Retry[],
  history: History,
): void {
  const linked = runs.filter((run) => run.originRunId !== null || run.retryMode !== null);
  check.expect(linked.length === retries.length, () => 'runs with an origin that retry nothing');
  const made = groupBy(retries, ({ run, of }) => `${of?.id} ${run.retryMode}`);
  const asked = groupBy(history.retries, ({ runId, mode }) => `${runId} ${mode}`);
  for (const key of new Set([...made.keys(), ...asked.keys()])) {
    const ids = new Set((made.get(key) ?? []).map(({ run }) => run.id));
    const asks = asked.get(key) ?? [];
    const promised = asks.filter(({ answer }) => answer === 'made');
    const lost = asks.filter(({ answer }) => answer === 'lost').length;
    check.expect(
      promised.every(({ madeRunId }) => ids.has(madeRunId!)) && ids.size <= promised.length + lost,
      () => `retry of run ${key}: ${promised.length} promised, ${lost} lost, ${ids.size} made`,
    );
  }
}

function checkReuse({ steps, attempts }: Tables, retries: readonly Retry[]): Check {
  const check = createCheck('a retry reuses what succeeded, without executing it again');
  const stepsOf = groupBy(steps, (step) => step.runId);
  const tried = groupBy(attempts, (attempt) => attempt.runId);
  for (const { run, of } of retries) {
    const before = stepsOf.get(of?.id ?? NaN) ?? [];
    const reused =
      run.retryMode === 'from_failed' ? reusable(run.steps, before) : new Set<number>();
    for (const step of stepsOf.get(run.id) ?? []) {
      const executed = (tried.get(run.id) ?? []).some(({ pos }) => pos === step.pos);
      const same = step.outputHash === before[step.pos]?.outputHash;
      check.expect(
        reused.has(step.pos)
          ? step.state === 'reused' && !executed && same
          : step.state !== 'reused',
        () => `run ${run.id} (${run.retryMode} of ${of?.id}) step ${step.pos} is ${step.state}`,
      );
    }
  }
  for (const step of steps.filter(({ state }) => state === 'reused')) {
    const ofRetry = retries.some(({ run }) => run.id === step.runId);
    check.expect(ofRetry, () => `run ${step.runId} is no retry and reuses step ${step.pos}`);
  }
  return check;
}

/** What succeeded up to and in the group of the first step that did not. */
function reusable(plan: RunRow['steps'], states: readonly StepRow[]): Set<number> {
  const reused = new Set<number>();
  for (let pos = 0; pos < plan.length;) {
    let end = pos + 1;
    while (plan[pos]!.parallel && plan[end]?.parallel) end += 1;
    let whole = true;
    for (; pos < end; pos++) {
      const state = states[pos]?.state;
      if (state === 'succeeded' || state === 'reused') reused.add(pos);
      // Before a failure only what waits for one is skipped.
      else if (!(state === 'skipped' && plan[pos]!.runIf === 'failure')) whole = false;
    }
    if (!whole) break;
  }
  return reused;
}
