/** What the ends of steps and runs leave in the journal. */
import type { RunChange } from '#domain/run/flush.sql.ts';
import type { PlannedStep } from '#domain/run/step-plan.ts';
import type { StepEnd } from './execute-step.ts';
import type { Entry } from './journal.ts';
import type { Stop } from './run-context.ts';

/** Several entries as one, in order. */
export function join(...entries: readonly Entry[]): Entry {
  const events = entries.flatMap((entry) => entry.events ?? []);
  const steps = entries.flatMap((entry) => entry.steps ?? []);
  const attempts = entries.flatMap((entry) => entry.attempts ?? []);
  const run = entries.findLast((entry) => entry.run)?.run;
  return {
    ...(events.length > 0 && { events }),
    ...(steps.length > 0 && { steps }),
    ...(attempts.length > 0 && { attempts }),
    ...(run && { run }),
  };
}

/** The end of the run. */
export function endEntry(end: RunChange): Entry {
  const { state, reason } = end;
  return { events: [{ type: 'run.finished', payload: { state, reason } }], run: end };
}

/** A step that never began. */
export function skippedEntry(
  { pos, name, kind }: PlannedStep,
  state: 'skipped' | 'cancelled' = 'skipped',
): Entry {
  return {
    events: [{ type: 'step.finished', payload: { pos, name, kind, state } }],
    steps: [{ pos, state, attempt: 0 }],
  };
}

/** A step that the run's signal stopped. */
export function stoppedEntry(
  { step, attempt, entry }: Extract<StepEnd, { state: 'stopped' }>,
  { why, words: reason }: Stop,
): Entry {
  const { pos, name, kind } = step;
  if (why === 'handed_over') {
    return attempt === null
      ? entry
      : join(entry, { attempts: [{ pos, attempt, state: 'lost', reason }] });
  }
  const state = why === 'cancelled' ? ('cancelled' as const) : ('failed' as const);
  if (attempt === null) return skippedEntry(step, state === 'cancelled' ? state : 'skipped');
  const payload = { pos, name, kind, attempt, state, reason };
  return join(entry, {
    events: [{ type: 'step.finished', payload }],
    steps: [{ pos, state, attempt, reason }],
    attempts: [{ pos, attempt, state, reason }],
  });
}
