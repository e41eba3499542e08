/** The facts below a scenario's title: what fires it and when next, who answers for it, what it hangs on. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Ago } from '../../parts/time.tsx';
import { Icon } from '../../parts/icon.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { overrideWords } from '../templates/looks.ts';
import { moment, readerZone } from '../../words/time.ts';
import type { Scenario } from './use-scenario.ts';
import styles from './scenario.module.css';

export function ScenarioMeta({ scenario }: { scenario: Scenario }) {
  const { trigger, owner, upstreams, downstreams, description, template, overrides } = scenario;
  const { project } = usePlace();
  return (
    <>
      {description !== '' && <p className={styles['description']}>{description}</p>}
      <dl className={styles['facts']}>
        <Fact name="Fires">{trigger?.description ?? 'only by hand'}</Fact>
        <Fact name="Next due">
          <NextDue scenario={scenario} />
        </Fact>
        <Fact name="Owner">
          <span title={owner.email}>{owner.name}</span>
        </Fact>
        {template && (
          <Fact name="Template">
            <span className={styles['due']}>
              <Link href={paths.template(project.slug, template.slug)}>{template.displayName}</Link>
              <span>
                {overrides.length === 0
                  ? 'followed in everything'
                  : `changed here: ${overrideWords(overrides)}`}
              </span>
            </span>
          </Fact>
        )}
        {upstreams.length > 0 && (
          <Fact name="After">
            <Neighbours scenarios={upstreams} />
          </Fact>
        )}
        {downstreams.length > 0 && (
          <Fact name="Then">
            <Neighbours scenarios={downstreams} />
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const NOT_DUE: Readonly<Record<string, string>> = {
  PAUSED: 'not while it is paused',
  DISABLED: 'not while it is off',
  BROKEN: 'not until it is mended',
};

/** In the scenario's zone and in the reader's, and how far away it is. */
function NextDue({ scenario: { nextDueAt, zone, state, trigger } }: { scenario: Scenario }) {
  if (nextDueAt == null || state !== 'ACTIVE') {
    const words = NOT_DUE[state];
    return <>{words ?? (isUpstream(trigger?.wire) ? 'with its upstreams' : 'never')}</>;
  }
  return (
    <span className={styles['due']}>
      <Ago at={nextDueAt} zone={zone} />
      <span>
        {moment(nextDueAt, zone)} {zone}
      </span>
      {zone !== readerZone && <span>{moment(nextDueAt)} here</span>}
    </span>
  );
}

const isUpstream = (wire: unknown) =>
  typeof wire === 'object' && wire !== null && 'upstream' in wire;

function Neighbours({
  scenarios,
}: {
  scenarios: readonly { readonly id: string; readonly databaseId: number; readonly name: string }[];
}) {
  const { project } = usePlace();
  return (
    <ul className={styles['neighbours']}>
      {scenarios.map(({ id, databaseId, name }) => (
        <li key={id}>
          <Link href={paths.scenario(project.slug, databaseId)}>
            <Icon name="link" size={12} />
            {name}
          </Link>
        </li>
      ))}
    </ul>
  );
}
