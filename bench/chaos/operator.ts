/** What people do to scenarios and runs meanwhile, through the functions that REST and GraphQL call, with a record of
 *  what came of it even when Postgres went away in the middle. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransient, transaction } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import type { Principal } from '#domain/access/principal.ts';
import { requestCancel } from '#domain/run/cancel-run.ts';
import { pauseScenario, resumeScenario, runScenario } from '#domain/scenario/operate-scenario.ts';
import { cancelRun } from '#domain/scenario/runs.ts';
import { updateScenario } from '#domain/scenario/save-scenario.ts';
import { persist, type Ground } from './ground.ts';
import type { DueRule, ScenarioHistory } from './history.ts';
import { chaosKinds } from './kinds.ts';
import type { TriggerWire } from './scenarios.ts';

export type Operator = ReturnType<typeof createOperator>;

type Row = { version: number; pausedAt: Date | null; updatedAt: Date };

export function createOperator(ground: Ground) {
  const { pool, orgId, userId } = ground;
  const deps = { pool, kinds: chaosKinds };
  const surprises: string[] = [];
  const who: Principal = {
    userId,
    email: 'chaos@example.com',
    name: 'Chaos',
    orgId,
    defaultProjectId: null,
    orgRole: 'admin',
    projectRoles: new Map(),
    scopes: [],
    tokenId: null,
    address: null,
  };

  const read = (id: number): Promise<Row> =>
    persist(async () => {
      const { rows } = await pool.query(
        `select version, paused_at as "pausedAt", updated_at as "updatedAt" from scenario where id = $1`,
        [id],
      );
      return rows[0];
    });

  /** Changes a scenario. When the answer is lost with the connection the row tells whether it was done.
   *  @returns the span in which it took effect, or null. */
  async function change(
    id: number,
    what: string,
    act: () => Promise<{ updatedAt: Date }>,
    isDone: (before: Row, after: Row) => boolean,
  ): Promise<{ fromMs: number; untilMs: number } | null> {
    const before = await read(id);
    const fromMs = Date.now();
    try {
      const { updatedAt } = await act();
      // The driver cuts microseconds off.
      return { fromMs, untilMs: updatedAt.getTime() + 1 };
    } catch (error) {
      if (!isTransient(error)) surprise(what, error);
      const after = await read(id);
      return isDone(before, after) ? { fromMs, untilMs: after.updatedAt.getTime() + 1 } : null;
    }
  }

  function surprise(what: string, error: unknown) {
    const code = error instanceof DomainError ? `${error.code} ` : '';
    surprises.push(`${what}: ${code}${error instanceof Error ? error.message : String(error)}`);
  }

  return {
    surprises,

    async edit(scenario: ScenarioHistory, trigger: TriggerWire | null, rule: DueRule) {
      const done = await change(
        scenario.id,
        `edit of scenario ${scenario.id}`,
        () => updateScenario(deps, who, scenario.id, { trigger }),
        (before, after) => after.version > before.version,
      );
      // What is written already changes nothing, and is older than the request.
      if (done && done.fromMs <= done.untilMs) scenario.changes.push({ ...done, rule });
      return done !== null;
    },

    async pause(scenario: ScenarioHistory) {
      const begun = await change(
        scenario.id,
        `pause of scenario ${scenario.id}`,
        () => pauseScenario(deps, who, scenario.id, { note: 'chaos' }),
        (before, after) => before.pausedAt === null && after.pausedAt !== null,
      );
      if (begun) scenario.pauses.push({ begun, ended: null });
      return begun !== null;
    },

    async resume(scenario: ScenarioHistory) {
      const ended = await change(
        scenario.id,
        `resume of scenario ${scenario.id}`,
        () => resumeScenario(deps, who, scenario.id),
        (before, after) => before.pausedAt !== null && after.pausedAt === null,
      );
      const pause = scenario.pauses.pop();
      if (pause) scenario.pauses.push(ended ? { ...pause, ended } : pause);
      return ended !== null;
    },

    async runNow(scenario: ScenarioHistory) {
      try {
        await runScenario(deps, who, scenario.id, {});
      } catch (error) {
        if (!isTransient(error)) surprise(`run by hand of scenario ${scenario.id}`, error);
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
      if (!run) return;
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
        if (error instanceof DomainError && error.code === 'CONFLICT') return;
        if (!isTransient(error)) surprise(`cancel of run ${run.id}`, error);
      }
    },
  };
}
