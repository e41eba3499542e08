/** Running scenarios by hand, cancelling and retrying runs. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient, transaction } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { requestCancel } from '#domain/run/cancel-run.ts';
import { retryRun } from '#domain/run/retry-run.ts';
import { runScenario } from '#domain/scenario/operate-scenario.ts';
import { cancelRun } from '#domain/scenario/runs.ts';
import { persist } from '../ground.ts';
import type { RetryAsk, ScenarioHistory } from '../history.ts';
import type { Desk } from './operator.ts';

// Of those that ended last.
const RETRIED_AMONG = 40;

export function runActs({ ground, deps, who, records, surprise }: Desk) {
  const { pool, userId } = ground;
  let keys = 0;

  return {
    /** Asks under one key until there is an answer, as a program would. */
    async runNow(scenario: ScenarioHistory) {
      const key = `chaos-${++keys}`;
      try {
        const { runId } = await persist(() =>
          runScenario(deps, who, scenario.id, { idempotencyKey: key }),
        );
        records.acknowledged.runs.push({ runId, key });
      } catch (error) {
        surprise(`run by hand of scenario ${scenario.id}`, error);
      }
    },

    /** Cancels some run that has not ended. With `holdMs` its transaction stays open so long: events numbered by
     *  others commit before those of this one. */
    async cancel(among: (count: number) => number, holdMs: number) {
      const { rows } = await persist(() =>
        pool.query<{ id: number }>(
          `select id from run where state in ('waiting', 'queued', 'running') order by id`,
        ),
      );
      const run = rows[among(rows.length)];
      if (!run) return false;
      try {
        if (holdMs === 0) await cancelRun(deps, who, run.id);
        else {
          await transaction(pool, async (tx) => {
            await requestCancel(tx, run.id, userId, 'cancelled slowly');
            await delay(holdMs);
          });
        }
      } catch (error) {
        // It ended before we came.
        if (error instanceof DomainError && error.code === 'CONFLICT') return true;
        if (!isTransient(error)) surprise(`cancel of run ${run.id}`, error);
      }
      return true;
    },

    /** Runs in one of these states, those that ended last. */
    async findEnded(...states: ('succeeded' | 'failed' | 'cancelled')[]): Promise<number[]> {
      const { rows } = await persist(() =>
        pool.query<{ id: number }>(
          `select id from run where state = any($1) order by finished_at desc limit $2`,
          [states, RETRIED_AMONG],
        ),
      );
      return rows.map(({ id }) => id);
    },

    async retry(runId: number, mode: RetryAsk['mode']) {
      const ask = { runId, mode };
      try {
        const made = await retryRun(deps, who, runId, { mode });
        records.retries.push({ ...ask, answer: 'made', madeRunId: made.runId });
      } catch (error) {
        // Somebody retries it already.
        const refused = error instanceof DomainError && error.code === 'CONFLICT';
        if (!refused && !isTransient(error)) surprise(`retry of run ${runId}`, error);
        const answer = refused ? 'refused' : 'lost';
        records.retries.push({ ...ask, answer, madeRunId: null });
      }
    },
  };
}
