/** Which steps a retry takes over from the run that it retries. Pure. */
import type { StepState } from './run-state.ts';
import type { PlannedStep, StepGroup } from './step-plan.ts';

/** The steps that succeeded, up to and including the group in which the first one did not. What ran behind that group
 *  ran because of the failure (`run_if` failure or always): it answers to the new outcome, so it runs again.
 *  @param states by position.
 *  @returns positions, in order. */
export function reusedSteps(
  groups: readonly StepGroup[],
  states: ReadonlyMap<number, StepState>,
): number[] {
  const reused: number[] = [];
  for (const group of groups) {
    const done = group.filter(({ pos }) => isDone(states.get(pos)));
    reused.push(...done.map(({ pos }) => pos));
    if (group.some((step) => !done.includes(step) && !wasRightlySkipped(step, states))) break;
  }
  return reused;
}

const isDone = (state: StepState | undefined) => state === 'succeeded' || state === 'reused';

/** Before the first failure only a step that waits for one is skipped. */
const wasRightlySkipped = ({ pos, runIf }: PlannedStep, states: ReadonlyMap<number, StepState>) =>
  runIf === 'failure' && states.get(pos) === 'skipped';
