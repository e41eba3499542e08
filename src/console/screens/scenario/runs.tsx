/** What a scenario has run: the last runs with their steps as a grid, and all of them as a list. */
import { useMemo } from 'react';
import { Empty, Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { usePlace } from '../../shell/place.ts';
import { configuredSteps } from './configured-steps.ts';
import { HeatGrid } from './heat-grid.tsx';
import { HeatKey } from './heat-key.tsx';
import { RunList } from './run-list.tsx';
import type { RecentRun, Scenario } from './use-scenario.ts';

export function Runs({
  scenario,
  recent,
  pulse,
}: {
  scenario: Scenario;
  /** The newest first; undefined until they are read. */
  recent: readonly RecentRun[] | undefined;
  pulse: number | null;
}) {
  const { project } = usePlace();
  const { configuration } = scenario;
  const names = useMemo(
    () => configuredSteps(configuration).map(({ name }) => name),
    [configuration],
  );
  return (
    <>
      <Panel
        title="Steps of the last runs"
        flush
        note={
          recent && recent.length > 0 ? `the last ${recent.length}, the newest right` : undefined
        }
      >
        {!recent ? (
          <div style={{ padding: 'var(--space-4)' }}>
            <Skeleton lines={names.length + 1} />
          </div>
        ) : recent.length === 0 ? (
          <Empty title="It has not run yet." />
        ) : (
          <>
            <HeatGrid runs={recent} names={names} project={project.slug} />
            <HeatKey />
          </>
        )}
      </Panel>
      <RunList scenarioId={scenario.id} zone={scenario.zone} pulse={pulse} />
    </>
  );
}
