/** What the pages of a dataset, a recipe and an agent share: how it stands, its last runs, what uses it, a few rows. */
import { useQuery, type CombinedError, type TypedDocumentNode } from 'urql';
import { Link } from 'wouter';
import type { DataSamplePartsFragment, DataUsePartsFragment } from '../../generated/graphql.ts';
import { Callout } from '../../parts/callout.tsx';
import { ButtonLink } from '../../parts/button.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Progress } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago, Took } from '../../parts/time.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { RUN_LOOKS } from '../../words/states.ts';
import { isActive, stateOf, whyOf, type Activity, type FlowNode } from './flow.ts';
import styles from './data.module.css';

/** The page while it is read, when that fails, and when there is none that one may see. */
export function WithoutNode({
  list,
  isRead,
  error,
  onRetry,
}: {
  /** The list that it stands in. */
  list: { readonly href: string; readonly label: string };
  isRead: boolean;
  error: CombinedError | undefined;
  onRetry: () => void;
}) {
  const { project } = usePlace();
  const crumbs = [{ href: paths.data(project.slug), label: 'Data' }, list];
  return (
    <Page title={isRead ? 'Nothing here' : list.label} crumbs={crumbs}>
      {isRead && (
        <Empty title="There is nothing under this address that you may see.">
          <ButtonLink href={list.href}>{list.label}</ButtonLink>
        </Empty>
      )}
      {!isRead && error && <Failure error={error} onRetry={onRetry} />}
      {!isRead && !error && <Skeleton lines={10} />}
    </Page>
  );
}

/** What goes on or is wrong, above the page. */
export function Stands({ node }: { node: FlowNode | null | undefined }) {
  const { project } = usePlace();
  if (!node) return null;
  const { activity } = node;
  if (activity && isActive(activity)) {
    return (
      <Callout
        tone="busy"
        title={activity.state === 'RUNNING' ? 'It is being written now.' : 'Its turn comes.'}
        actions={
          <ButtonLink href={paths.run(project.slug, activity.runId)}>
            Run {activity.runId}
          </ButtonLink>
        }
      >
        {activity.progress && <Progress label="How far it is" value={activity.progress} />}
      </Callout>
    );
  }
  const why = whyOf(node);
  if (stateOf(node) === 'FAILED' && activity) {
    return (
      <Callout
        tone="bad"
        title="The last try failed."
        actions={
          <ButtonLink href={paths.run(project.slug, activity.runId)}>
            Run {activity.runId}
          </ButtonLink>
        }
      >
        <p>{why}</p>
      </Callout>
    );
  }
  return why === null ? null : <Callout tone="warn" title={`Stale: ${why}`} />;
}

export function LastRuns({ recent }: { recent: readonly Activity[] | undefined }) {
  const { project } = usePlace();
  return (
    <Panel title="Last runs">
      {!recent || recent.length === 0 ? (
        <p className={styles['quiet']}>None of late.</p>
      ) : (
        <ul className={styles['runs']}>
          {recent.map(({ runId, state, reason, startedAt, finishedAt }) => (
            <li key={runId}>
              <StateMark looks={RUN_LOOKS} state={state} />
              <Link href={paths.run(project.slug, runId)}>Run {runId}</Link>
              {startedAt && (
                <span>
                  <Ago at={startedAt} /> · <Took from={startedAt} to={finishedAt} />
                </span>
              )}
              {reason && <p className={styles['quiet']}>{reason}</p>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const WORDS = { SCENARIO: 'Scenario', RECIPE: 'Recipe', DASHBOARD: 'Dashboard' } as const;

export function UsedBy({ uses }: { uses: readonly DataUsePartsFragment[] }) {
  const { project } = usePlace();
  const href = ({ kind, databaseId }: DataUsePartsFragment) =>
    kind === 'SCENARIO'
      ? paths.scenario(project.slug, databaseId)
      : kind === 'RECIPE'
        ? paths.data(project.slug, 'recipes', databaseId)
        : paths.dashboard(project.slug, databaseId);
  return (
    <Panel title="Used by">
      {uses.length === 0 ? (
        <p className={styles['quiet']}>Nothing yet.</p>
      ) : (
        <ul className={styles['uses']}>
          {uses.map((use) => (
            <li key={`${use.kind} ${use.databaseId}`}>
              <Link href={href(use)}>{use.name}</Link>
              <span className={styles['quiet']}>{WORDS[use.kind]}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

type Sampled = { readonly sample: DataSamplePartsFragment } | null | undefined;

/** A few rows, read when the page is opened and after each write. */
export function Sample<Data>({
  query,
  id,
  writtenAt,
  of,
}: {
  query: TypedDocumentNode<Data, { id: string }>;
  id: string;
  /** null: there are none yet. */
  writtenAt: string | null;
  of: (data: Data) => Sampled;
}) {
  return (
    <Panel title="Sample" note="20 rows, in no order" flush>
      {writtenAt === null ? (
        <Empty title="Nothing was written yet." />
      ) : (
        <Rows key={writtenAt} query={query} id={id} of={of} />
      )}
    </Panel>
  );
}

function Rows<Data>({
  query,
  id,
  of,
}: {
  query: TypedDocumentNode<Data, { id: string }>;
  id: string;
  of: (data: Data) => Sampled;
}) {
  const [{ data, error }, ask] = useQuery({
    query,
    variables: { id },
    requestPolicy: 'network-only',
  });
  if (error) return <Failure error={error} onRetry={() => ask()} />;
  const sample = data && of(data)?.sample;
  if (!sample) {
    return (
      <div className={styles['skeleton']}>
        <Skeleton lines={8} />
      </div>
    );
  }
  if (sample.error !== null) return <Empty title={sample.error} />;
  const rows = sample.rows as (string | number | boolean | null)[][];
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
    <div className={styles['scroll']} tabIndex={0} role="region" aria-label="Sample of rows">
      <table>
        <thead>
          <tr>
            {sample.columns.map(({ name, type }) => (
              <th key={name} scope="col" data-number={type === 'NUMBER' || undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={n}>
              {sample.columns.map(({ name, type }, at) => (
                <td key={name} data-number={type === 'NUMBER' || undefined}>
                  {row[at] === null ? (
                    <span className={styles['quiet']}>null</span>
                  ) : (
                    String(row[at])
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
