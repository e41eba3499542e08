/** How often the drive met what it is there for: a check that had nothing to look at has shown nothing. */
import type { History } from '../history.ts';
import type { Tables } from './rows.ts';

export function countMet(tables: Tables, history: History): Record<string, number> {
  const { ticks, runs, steps, claims, backfills, selfSwitches } = tables;
  const ticksWith = (outcome: string) =>
    ticks.filter((tick) => tick.outcome === outcome).reduce((sum, { count }) => sum + count, 0);
  const pausedOrg = history.org.filter(({ paused }) => paused);
  return {
    'times Postgres was away': history.disturbances.filter(({ what }) => what === 'postgres')
      .length,
    'runs taken over': claims.filter(({ fence }) => fence > 1).length,
    'due times caught up or missed': ticksWith('missed') + ticksWith('missed_window'),
    'due times in pauses': ticksWith('paused'),
    'due times on excluded days': ticksWith('skipped_calendar'),
    'changes of calendars': history.calendars.filter(({ fromMs }) => fromMs > 0).length,
    'pauses of the organisation': pausedOrg.length,
    'of them drains': pausedOrg.filter(({ drains }) => drains).length,
    'pauses that ended by themselves': selfSwitches.filter(({ paused }) => !paused).length,
    'scenarios that paused themselves': selfSwitches.filter(({ paused }) => paused).length,
    backfills: backfills.length,
    'runs of them': runs.filter(({ source }) => source === 'backfill').length,
    retries: runs.filter(({ retryMode }) => retryMode !== null).length,
    'steps reused': steps.filter(({ state }) => state === 'reused').length,
    'runs under a limit': runs.filter(
      ({ maxRunning, projectId }) =>
        maxRunning !== null || history.limits.some((limit) => limit.projectId === projectId),
    ).length,
  };
}
