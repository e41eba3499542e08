/** Editing, pausing, resuming and backfilling scenarios. Of one scenario one at a time: what came of a lost answer could
 *  not be told otherwise. */
import { backfillScenario } from '#domain/scenario/backfill-scenario.ts';
import { pauseScenario, resumeScenario } from '#domain/scenario/operate-scenario.ts';
import { updateScenario } from '#domain/scenario/save-scenario.ts';
import { persist } from '../ground.ts';
import type { BackfillAsk, DueRule, ScenarioHistory } from '../history.ts';
import type { TriggerWire } from '../plan/triggers.ts';
import type { Desk } from './operator.ts';

export function scenarioActs({ ground: { pool }, deps, who, records, change }: Desk) {
  return {
    /** Those among them that are paused, by whomever. */
    async findPaused(among: readonly ScenarioHistory[]): Promise<ScenarioHistory[]> {
      const { rows } = await persist(() =>
        pool.query<{ id: number }>('select id from scenario where paused_at is not null'),
      );
      const paused = new Set(rows.map(({ id }) => id));
      return among.filter(({ id }) => paused.has(id));
    },

    /** @returns whether it is stored now. */
    async edit(scenario: ScenarioHistory, trigger: TriggerWire | null, rule: DueRule) {
      const { id } = scenario;
      let isAnswered = false;
      const done = await change({ action: 'scenario.update', id }, async () => {
        const { version } = await updateScenario(deps, who, id, { trigger });
        isAnswered = true;
        // The first was inserted, not saved.
        if (version > 1) records.acknowledged.versions.push({ scenarioId: id, version });
      });
      if (done) scenario.changes.push({ ...done, rule });
      // What is written already changes nothing, and leaves no trace.
      return done !== null || isAnswered;
    },

    /** @param forMs until it ends by itself; null: until somebody resumes it. */
    async pause(scenario: ScenarioHistory, forMs: number | null) {
      const endsMs = forMs === null ? null : Date.now() + forMs;
      const until = endsMs === null ? null : new Date(endsMs);
      const done = await change(
        // While Postgres is away its end may come to lie in the past.
        { action: 'scenario.pause', id: scenario.id, expected: until ? ['VALIDATION'] : [] },
        () => pauseScenario(deps, who, scenario.id, { note: 'chaos', until }),
      );
      if (done) scenario.switches.push({ ...done, paused: true, endsMs });
      return done !== null;
    },

    /** @returns whether it is resumed now: it may have been before. */
    async resume(scenario: ScenarioHistory) {
      let isAnswered = false;
      const done = await change({ action: 'scenario.resume', id: scenario.id }, async () => {
        await resumeScenario(deps, who, scenario.id);
        isAnswered = true;
      });
      if (done) scenario.switches.push({ ...done, paused: false, endsMs: null });
      return done !== null || isAnswered;
    },

    async backfill(
      { id, changes }: ScenarioHistory,
      range: Pick<BackfillAsk, 'afterMs' | 'toMs' | 'overlap'>,
    ) {
      const { afterMs, toMs, overlap } = range;
      let backfillId: number | null = null;
      const fromMs = Date.now();
      const done = await change({ action: 'scenario.backfill', id }, async () => {
        const answer = await backfillScenario(deps, who, id, {
          from: new Date(afterMs),
          to: toMs === null ? null : new Date(toMs),
          overlap,
        });
        backfillId = answer.id;
      });
      records.backfills.push({
        scenarioId: id,
        ...range,
        rule: changes.at(-1)!.rule,
        ...(done ?? { fromMs, untilMs: Date.now() }),
        id: backfillId,
      });
      return done !== null;
    },
  };
}
