/** The project's agents. */
import { Link } from 'wouter';
import { DataAgentsDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Pager, usePageVariables } from '../../parts/pager.tsx';
import { Tips } from '../../parts/tips.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { useDataPulse } from './flow.ts';
import styles from './data.module.css';

const PAGE = 50;

export function AgentList() {
  const { project } = usePlace();
  const page = usePageVariables(PAGE);
  const variables = { ...page, projectId: project.id };
  const { data, error, reread } = useLiveQuery(DataAgentsDocument, variables, useDataPulse());
  if (error && !data) return <Failure error={error} onRetry={reread} />;
  if (!data) {
    return (
      <div className={styles['list']}>
        <div className={styles['skeleton']}>
          <Skeleton lines={6} height="1.75rem" />
        </div>
      </div>
    );
  }
  const { nodes, totalCount, pageInfo } = data.agents;
  if (nodes.length === 0) {
    return (
      <div className={styles['list']}>
        <Empty title="No agent yet.">
          <p>An agent is a language model with instructions; a step runs it over rows.</p>
        </Empty>
      </div>
    );
  }
  return (
    <Tips className={styles['list']!}>
      <table className={styles['table']} aria-label="Agents">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Model</th>
            <th scope="col">Connector</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ id, databaseId, name, slug, model, connector }) => (
            <tr key={id}>
              <td className={styles['name']}>
                <Link href={paths.data(project.slug, 'agents', databaseId)} data-tip-cut="">
                  {name}
                </Link>
                <p className={styles['quiet']} data-tip-cut="">
                  <code>{slug}</code>
                </p>
              </td>
              <td>{model}</td>
              <td>{connector?.name ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pager label="Pages of agents" page={pageInfo} total={totalCount} />
    </Tips>
  );
}
