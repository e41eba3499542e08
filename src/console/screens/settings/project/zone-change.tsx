/** What another zone means: which scenarios inherit it, and when each is due next under the old one and the new one. */
import { useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import {
  SettingsZoneScenariosDocument,
  SettingsZoneTimesDocument,
} from '../../../generated/graphql.ts';
import { Button } from '../../../parts/button.tsx';
import { Callout } from '../../../parts/callout.tsx';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { paths, usePlace } from '../../../shell/place.ts';
import { clock, day, fullMoment } from '../../../words/time.ts';
import styles from './zone-change.module.css';

// Each asks the server for its times.
const SHOWN = 8;

type Inheriting = {
  readonly id: string;
  readonly databaseId: number;
  readonly name: string;
  readonly cron: string;
  /** No due time passes while it is paused, off or broken. */
  readonly rests: string | null;
};

const RESTS: Readonly<Record<string, string>> = {
  PAUSED: 'paused',
  DISABLED: 'off',
  BROKEN: 'broken',
};

/** A cron without a zone of its own; intervals and upstreams have no clock. */
function cronOf(wire: unknown): string | null {
  const { cron, timezone } = (wire ?? {}) as { cron?: unknown; timezone?: unknown };
  return typeof cron === 'string' && !timezone ? cron : null;
}

export function ZoneChange({
  projectId,
  before,
  after,
}: {
  projectId: string;
  before: string;
  after: string;
}) {
  const [{ data, error }, ask] = useQuery({
    query: SettingsZoneScenariosDocument,
    variables: { projectId },
    requestPolicy: 'cache-and-network',
  });
  const [isAll, setAll] = useState(false);
  if (error) return <Failure error={error} onRetry={() => ask()} />;
  if (!data) return <Skeleton lines={3} />;
  const { nodes, totalCount } = data.scenarios;
  const inheriting = nodes.flatMap(({ id, databaseId, name, state, trigger }): Inheriting[] => {
    const cron = cronOf(trigger?.wire);
    return cron === null ? [] : [{ id, databaseId, name, cron, rests: RESTS[state] ?? null }];
  });
  const isCut = totalCount > nodes.length;
  const of = isCut ? ` of the newest ${nodes.length} scenarios` : '';
  if (inheriting.length === 0) {
    return (
      <Callout tone="calm" title={`Nothing moves: none${of} inherits the zone.`} icon="system" />
    );
  }
  const shown = isAll ? inheriting : inheriting.slice(0, SHOWN);
  const count =
    inheriting.length === 1 ? 'One scenario inherits' : `${inheriting.length} scenarios inherit`;
  return (
    <Callout tone="warn" title={`${count} the zone${of}: when they are due follows it.`}>
      <p className={styles['words']}>
        What is due up to the moment of saving is decided under {before}; from then on {after}{' '}
        holds. Those that name a zone of their own stay as they are.
      </p>
      <table className={styles['times']}>
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col">Next in {before}</th>
            <th scope="col">Next in {after}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((scenario) => (
            <Times key={scenario.id} scenario={scenario} before={before} after={after} />
          ))}
        </tbody>
      </table>
      {shown.length < inheriting.length && (
        <div>
          <Button kind="quiet" onClick={() => setAll(true)}>
            Show the other {inheriting.length - shown.length}
          </Button>
        </div>
      )}
    </Callout>
  );
}

function Times({
  scenario: { databaseId, name, cron, rests },
  before,
  after,
}: {
  scenario: Inheriting;
  before: string;
  after: string;
}) {
  const { project } = usePlace();
  const [{ data, error }] = useQuery({
    query: SettingsZoneTimesDocument,
    variables: { cron, before, after },
    requestPolicy: 'network-only',
  });
  const told = error?.graphQLErrors[0]?.message;
  return (
    <tr>
      <th scope="row">
        <Link href={paths.scenario(project.slug, databaseId)}>{name}</Link>
        <small>
          <code>{cron}</code>
          {rests !== null && `, ${rests}`}
        </small>
      </th>
      {error ? (
        <td colSpan={2}>{told ?? 'Its times cannot be read.'}</td>
      ) : (
        <>
          <td data-label={before}>
            <Due at={data?.before.times[0]?.at} zone={before} known={data !== undefined} />
          </td>
          <td data-label={after}>
            <Due at={data?.after.times[0]?.at} zone={after} known={data !== undefined} />
            {data && data.before.times[0]?.at === data.after.times[0]?.at && (
              <small>the same instant</small>
            )}
          </td>
        </>
      )}
    </tr>
  );
}

/** On the zone's own clock, and the instant in UTC, so that the two can be compared. */
function Due({ at, zone, known }: { at: string | undefined; zone: string; known: boolean }) {
  if (!at) return <>{known ? 'never' : '…'}</>;
  const words = (where: string) => `${day(at, where)}, ${clock(at, where, { seconds: false })}`;
  return (
    <time dateTime={at} title={fullMoment(at, zone)}>
      {words(zone)}
      {zone !== 'UTC' && <small>{words('UTC')} UTC</small>}
    </time>
  );
}
