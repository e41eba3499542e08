/** Counting failures in a row: pure, so that every sequence of ends can be tried in a test. */
import type { NotificationKind } from '../notification/notification.ts';
import type { NotifyRules } from '../notification/recipients.ts';

export type Streak = {
  /** Runs that have failed one after the other. */
  readonly failures: number;
  /** Whether people were told that it fails. */
  readonly told: boolean;
};

export type StreakRules = NotifyRules & {
  /** Failures in a row at which the scenario pauses itself; 0: never. */
  readonly pauseAfterFailures: number;
};

export type StreakStep = Streak & {
  /** What this end gives people to know. `paused` asks for the pause itself. */
  readonly tell: readonly NotificationKind[];
};

/** The streak after one more end. After a self-pause was lifted by hand the count goes on: the next failure pauses
 *  again, a success ends it. Cancelled runs do not come here: they say nothing about whether the scenario works.
 *  @param paused whether it is paused already. */
export function countEnd(
  before: Streak,
  state: 'succeeded' | 'failed',
  rules: StreakRules,
  paused: boolean,
): StreakStep {
  if (state === 'succeeded') {
    return { failures: 0, told: false, tell: before.told && rules.recovery ? ['recovery'] : [] };
  }
  const failures = before.failures + 1;
  const tellsNow = !before.told && failures >= rules.afterFailures;
  const pauses = !paused && rules.pauseAfterFailures > 0 && failures >= rules.pauseAfterFailures;
  return {
    failures,
    told: before.told || tellsNow,
    tell: [...(tellsNow ? ['failure' as const] : []), ...(pauses ? ['paused' as const] : [])],
  };
}
