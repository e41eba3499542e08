/** How runs ended, hour by hour, over the last day. */
import { useMemo } from 'react';
import { OperationsHoursDocument, type OperationsHoursQuery } from '../../generated/graphql.ts';
import { useNow } from '../../live/now.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Failure } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { count } from '../../parts/progress.tsx';
import { readerZone } from '../../words/time.ts';
import { HoursChart } from './hours-chart.tsx';
import styles from './hours.module.css';

export type Hour = OperationsHoursQuery['runStatistics'][number];
export type Outcome = 'succeeded' | 'cancelled' | 'failed';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** The hours of the last day, the one under way included. */
export function useHours(projectId: string, pulse: number) {
  const hourMs = useNow(HOUR_MS);
  const variables = useMemo(
    () => ({
      projectId,
      from: new Date(hourMs - (HOURS - 1) * HOUR_MS).toISOString(),
      to: new Date(hourMs + HOUR_MS).toISOString(),
      zone: readerZone,
    }),
    [projectId, hourMs],
  );
  return useLiveQuery(OperationsHoursDocument, variables, pulse);
}

export const sumOf = (hours: readonly Hour[], outcome: Outcome): number =>
  hours.reduce((sum, hour) => sum + hour[outcome], 0);

export function HoursPanel({
  hours: { data, error, reread },
}: {
  hours: ReturnType<typeof useHours>;
}) {
  const hours = data?.runStatistics;
  return (
    <Panel title="Ended within the last day">
      {error && !hours && <Failure error={error} onRetry={reread} />}
      <div className={styles['hours']}>
        <dl className={styles['legend']}>
          <Total name="Succeeded" outcome="succeeded" hours={hours} />
          <Total name="Failed" outcome="failed" hours={hours} />
          <Total name="Cancelled" outcome="cancelled" hours={hours} />
        </dl>
        {hours ? <HoursChart hours={hours} /> : <div className={styles['chart']} />}
      </div>
    </Panel>
  );
}

function Total({
  name,
  outcome,
  hours,
}: {
  name: string;
  outcome: Outcome;
  hours: readonly Hour[] | undefined;
}) {
  return (
    <div data-outcome={outcome}>
      <dt>
        <i aria-hidden="true" />
        {name}
      </dt>
      <dd>{hours ? count(sumOf(hours, outcome)) : '–'}</dd>
    </div>
  );
}
