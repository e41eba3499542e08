/** Datasets or recipes below each other: how fresh each is, how many rows it has, what works on it, and the button that
 *  makes it fresh. */
import { Link } from 'wouter';
import { Empty, Skeleton } from '../../parts/notice.tsx';
import { count } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago } from '../../parts/time.tsx';
import { Tips } from '../../parts/tips.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { Build } from './build.tsx';
import { hrefOf, isActive, NODE_LOOKS, stateOf, whyOf, type Flow, type FlowNode } from './flow.ts';
import { NodeWords } from './node-words.tsx';
import { SyncNow } from './sync-now.tsx';
import styles from './data.module.css';

const WORDS = {
  DATASET: {
    many: 'Datasets',
    none: 'No dataset yet.',
    why: 'A dataset holds rows that are read through a connector, or that steps write.',
  },
  RECIPE: {
    many: 'Recipes',
    none: 'No recipe yet.',
    why: 'A recipe makes rows of rows: SQL that dbt builds, or Python.',
  },
} as const;

export function NodeList({ kind, flow }: { kind: keyof typeof WORDS; flow: Flow | undefined }) {
  const { many, none, why } = WORDS[kind];
  if (!flow) {
    return (
      <div className={styles['list']}>
        <div className={styles['skeleton']}>
          <Skeleton lines={8} height="1.75rem" />
        </div>
      </div>
    );
  }
  const nodes = flow.nodes.filter((node) => node.kind === kind);
  if (nodes.length === 0) {
    return (
      <div className={styles['list']}>
        <Empty title={none}>
          <p>{why}</p>
        </Empty>
      </div>
    );
  }
  return (
    <Tips className={styles['list']!}>
      <table className={styles['table']} aria-label={many}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col" className={styles['number']}>
              Rows
            </th>
            <th scope="col">{kind === 'DATASET' ? 'Written' : 'Built'}</th>
            {flow.canEdit && (
              <th scope="col">
                <span className="visually-hidden">What to do</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <Row key={node.id} node={node} canEdit={flow.canEdit} />
          ))}
        </tbody>
      </table>
    </Tips>
  );
}

function Row({ node, canEdit }: { node: FlowNode; canEdit: boolean }) {
  const { project } = usePlace();
  const { activity, rowCount, writtenAt, action, databaseId, name } = node;
  const state = stateOf(node);
  return (
    <tr data-node={node.id} data-state={state}>
      <td className={styles['name']}>
        <Link href={hrefOf(project.slug, node)} data-tip-cut="">
          {name}
        </Link>
        <p className={styles['quiet']} data-tip-cut="">
          <code>{node.slug}</code>
        </p>
      </td>
      <td className={styles['stands']}>
        <StateMark looks={NODE_LOOKS} state={state} />
        {state !== 'FRESH' && state !== 'NEVER' && (
          <p className={styles['quiet']} data-tip-cut="">
            {whyOf(node) ?? <NodeWords node={node} />}
          </p>
        )}
        {activity && isActive(activity) && (
          <Link href={paths.run(project.slug, activity.runId)}>Run {activity.runId}</Link>
        )}
      </td>
      <td className={styles['number']} data-label="rows">
        {rowCount === null ? '–' : count(rowCount)}
      </td>
      <td className={styles['when']}>{writtenAt ? <Ago at={writtenAt} /> : '–'}</td>
      {canEdit && (
        <td className={styles['actions']}>
          {action === 'SYNC' && (
            <SyncNow dataset={{ databaseId, name }} busy={isActive(activity)} compact />
          )}
          {(action === 'BUILD' || action === 'RUN') && (
            <Build
              recipe={{ databaseId, name }}
              busy={isActive(activity)}
              isPython={action === 'RUN'}
            />
          )}
        </td>
      )}
    </tr>
  );
}
