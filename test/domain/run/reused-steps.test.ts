import { describe, expect, test } from 'vitest';
import { reusedSteps } from '#domain/run/reused-steps.ts';
import type { StepState } from '#domain/run/run-state.ts';
import { planSteps } from '#domain/run/step-plan.ts';

type Given = [state: StepState, fields?: object];

const reused = (...given: Given[]) =>
  reusedSteps(
    planSteps(given.map(([, fields], pos) => ({ kind: 'probe', name: `s${pos}`, ...fields }))),
    new Map(given.map(([state], pos) => [pos, state])),
  );

const parallel = { parallel: true };

describe('a retry from the failed step', () => {
  test('takes over what succeeded before it, and what was taken over itself', () => {
    expect(reused(['reused'], ['succeeded'], ['failed'], ['skipped'])).toEqual([0, 1]);
  });

  test('runs everything again when the first step did not succeed', () => {
    expect(reused(['failed'], ['skipped'])).toEqual([]);
    expect(reused(['cancelled'], ['cancelled'])).toEqual([]);
  });

  test('takes over the members of a group that were published, not those that were rolled back', () => {
    expect(
      reused(['succeeded'], ['succeeded', parallel], ['failed', parallel], ['skipped']),
    ).toEqual([0, 1]);
    expect(
      reused(['succeeded'], ['rolled_back', parallel], ['failed', parallel], ['skipped']),
    ).toEqual([0]);
  });

  test('runs a clean-up and an alarm behind the failure again', () => {
    expect(
      reused(
        ['succeeded'],
        ['failed'],
        ['succeeded', { run_if: 'failure' }],
        ['succeeded', { run_if: 'always' }],
      ),
    ).toEqual([0]);
  });

  test('is not stopped by a step that waited for a failure which had not come yet', () => {
    expect(
      reused(['succeeded'], ['skipped', { run_if: 'failure' }], ['succeeded'], ['failed']),
    ).toEqual([0, 2]);
  });

  test('stops at a step that a timeout left out', () => {
    expect(reused(['succeeded'], ['skipped'], ['skipped'])).toEqual([0]);
  });
});
