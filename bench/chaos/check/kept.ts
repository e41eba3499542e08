/** What was answered with success is there, whatever crashed afterwards. */
import type { History } from '../history.ts';
import { createCheck, type Check } from './finding.ts';
import { groupBy, type Tables } from './rows.ts';

export function checkKept({ ticks, runs, backfills, versions }: Tables, history: History): Check {
  const check = createCheck('what was acknowledged is there, and once');
  const byKey = groupBy(
    ticks.filter(({ source }) => source === 'manual'),
    ({ sourceKey }) => sourceKey,
  );
  const known = new Set(runs.map(({ id }) => id));
  for (const { runId, key } of history.acknowledged.runs) {
    const ids = (byKey.get(key) ?? []).map((tick) => tick.runId);
    check.expect(
      known.has(runId) && ids.length === 1 && ids[0] === runId,
      () => `run ${runId} was promised under ${key}, which made ${ids.join(', ') || 'none'}`,
    );
  }
  for (const { madeRunId } of history.retries) {
    if (madeRunId !== null) {
      check.expect(known.has(madeRunId), () => `retry ${madeRunId} is gone`);
    }
  }
  const saved = new Set(versions.map(({ scenarioId, version }) => `${scenarioId} ${version}`));
  for (const { scenarioId, version } of history.acknowledged.versions) {
    check.expect(
      saved.has(`${scenarioId} ${version}`),
      () => `version ${version} of scenario ${scenarioId} is gone`,
    );
  }
  const filled = new Set(backfills.map(({ id }) => id));
  for (const { id } of history.backfills) {
    if (id !== null) check.expect(filled.has(id), () => `backfill ${id} is gone`);
  }
  return check;
}
