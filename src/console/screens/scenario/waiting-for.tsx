/** What a scenario with upstreams waits for: who has succeeded since it fired last, and who has not. */
import { Link } from 'wouter';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import type { StateLook } from '../../words/states.ts';
import { isWire } from './configured-steps.ts';
import type { Scenario } from './use-scenario.ts';
import styles from './scenario.module.css';

const LOOKS: Readonly<Record<string, StateLook>> = {
  THERE: { label: 'Has succeeded', tone: 'good', shape: 'check' },
  MISSING: { label: 'Not yet', tone: 'calm', shape: 'dots' },
};

export function WaitingFor({ scenario }: { scenario: Scenario }) {
  const { project } = usePlace();
  const { trigger, upstreams, waitingSuccesses } = scenario;
  const isAny = isWire(trigger?.wire) && trigger.wire['require'] === 'any';
  return (
    <>
      <p className={styles['quiet']}>
        {isAny
          ? 'It fires on each success of any of these.'
          : 'It fires once each of these has succeeded since it fired last.'}
      </p>
      <ul className={styles['waiting']}>
        {upstreams.map(({ id, databaseId, name }) => {
          const success = waitingSuccesses.find((run) => run.scenario?.id === id);
          return (
            <li key={id}>
              {!isAny && <StateMark looks={LOOKS} state={success ? 'THERE' : 'MISSING'} />}
              <Link href={paths.scenario(project.slug, databaseId)}>{name}</Link>
              {success && (
                <span className={styles['quiet']}>
                  <Link href={paths.run(project.slug, success.databaseId)}>
                    run {success.databaseId}
                  </Link>{' '}
                  {success.finishedAt != null && <Ago at={success.finishedAt} />}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
