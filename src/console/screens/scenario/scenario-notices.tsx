/** What keeps a scenario from running as it should: broken, paused, off, failing. In the words of whoever did it. */
import { ButtonLink } from '../../parts/button.tsx';
import { Callout } from '../../parts/callout.tsx';
import { Moment, Ago } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import type { Scenario } from './use-scenario.ts';
import styles from './scenario.module.css';

// One failure shows in the runs; from two on it is a pattern.
const MANY_FAILURES = 2;

export function ScenarioNotices({ scenario }: { scenario: Scenario }) {
  const { project } = usePlace();
  const { broken, pause, state, zone, failuresInARow } = scenario;
  return (
    <>
      {broken && (
        <Callout
          tone="bad"
          title="It is broken: nothing fires until its configuration is mended."
          actions={
            <ButtonLink href={paths.scenario(project.slug, scenario.databaseId, 'configuration')}>
              Mend it
            </ButtonLink>
          }
        >
          <p>{broken.message}</p>
          {broken.config != null && (
            <pre className={styles['offending']} aria-label="The part that is at fault">
              {JSON.stringify(broken.config, null, 2)}
            </pre>
          )}
        </Callout>
      )}
      {pause && (
        <Callout
          tone="warn"
          icon="pause"
          title={
            <>
              Paused <Ago at={pause.at} zone={zone} />
              {pause.until ? (
                <>
                  , until <Moment at={pause.until} zone={zone} />
                </>
              ) : (
                ', until somebody resumes it'
              )}
            </>
          }
        >
          {pause.note && <p>{pause.note}</p>}
        </Callout>
      )}
      {state === 'DISABLED' && (
        <Callout tone="calm" icon="stop" title="Switched off: its trigger does not fire." />
      )}
      {failuresInARow >= MANY_FAILURES && !broken && (
        <Callout tone="bad" title={`The last ${failuresInARow} runs have failed.`} />
      )}
    </>
  );
}
