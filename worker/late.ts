/** Tells, once, that a run takes longer than its scenario expects. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '#platform/db.ts';
import type { Claimed } from '#domain/run/claim.sql.ts';
import { tellLate } from '#domain/notification/tell-late.ts';
import { readPolicies } from '#domain/tick/policies.ts';
import type { RunDeps } from './run-context.ts';

// The longest that a timer takes. Later than that, the next claim of the run looks again.
const MAX_TIMER_MS = 2 ** 31 - 1;
const RETRY_MS = 1_000;

/** Counts from the run's first start, whoever started it. Disposal, when the run has ended, waits for what is under
 *  way. */
export function tellWhenLate(deps: RunDeps, claimed: Claimed): AsyncDisposable {
  const { id: runId, fence, scenarioId } = claimed;
  const { late_after: lateAfter } = claimed.config.policies;
  const ended = new AbortController();
  let telling: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tell = async (after: string, held: Parameters<typeof tellLate>[1]) => {
    while (!ended.signal.aborted) {
      try {
        await tellLate(deps.pool, held, after);
        return;
      } catch (error) {
        if (!isTransient(error)) {
          return deps.log.error({ err: error, runId }, 'a late run could not be told');
        }
        await delay(RETRY_MS, undefined, { signal: ended.signal }).catch(() => {});
      }
    }
  };

  if (lateAfter !== undefined && scenarioId !== null) {
    const left = (readPolicies(claimed.config.policies).lateAfterMs ?? 0) - claimed.ageMs;
    const begin = () => (telling = tell(lateAfter, { runId, fence, scenarioId }));
    if (left <= MAX_TIMER_MS) timer = setTimeout(begin, Math.max(left, 0));
  }
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      ended.abort();
      await telling;
    },
  };
}
