/** An agent: what it is told, what it answers, what runs it. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { DataAgentDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import AgentForm from './agent-form.tsx';
import { DeleteAgent } from './delete.tsx';
import { LastRuns, Stands, UsedBy, WithoutNode } from './detail.tsx';
import { NODE_LOOKS, stateOf, useDataPulse } from './flow.ts';
import styles from './data.module.css';

export default function AgentPage({ id }: { id: string }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const { data, error, reread } = useLiveQuery(DataAgentDocument, { id }, useDataPulse());
  const list = { href: paths.data(project.slug, 'agents'), label: 'Agents' };
  const agent = data?.agent;
  if (!agent) {
    return <WithoutNode list={list} isRead={data !== undefined} error={error} onRetry={reread} />;
  }
  const { name, slug, flow, connector, canEdit } = agent;
  return (
    <Page
      title={name}
      crumbs={[{ href: paths.data(project.slug), label: 'Data' }, list]}
      state={flow && <StateMark looks={NODE_LOOKS} state={stateOf(flow)} />}
      meta={<code>{slug}</code>}
      actions={
        canEdit && (
          <>
            <Button kind="primary" icon={<Icon name="edit" />} onClick={() => setOpen('edit')}>
              Edit
            </Button>
            <Button
              kind="quiet"
              icon={<Icon name="bin" />}
              aria-label={`Delete ${name}`}
              onClick={() => setOpen('delete')}
            />
          </>
        )
      }
    >
      <Stands node={flow} />
      <div className={styles['grid']}>
        <div className={styles['column']}>
          <Panel title="Instructions" flush>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
            <pre className={styles['code']} tabIndex={0} role="region" aria-label="Instructions">
              {agent.instructions}
            </pre>
          </Panel>
          <Panel title="Answers" note="JSON Schema" flush>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
            <pre className={styles['code']} tabIndex={0} role="region" aria-label="Answers">
              {JSON.stringify(agent.outputSchema, null, 2)}
            </pre>
          </Panel>
        </div>
        <div className={styles['column']}>
          <Panel title="About">
            <dl className={styles['facts']}>
              <dt>Model</dt>
              <dd>{agent.model}</dd>
              <dt>Asked through</dt>
              <dd>{connector?.name ?? '–'}</dd>
            </dl>
          </Panel>
          <UsedBy uses={agent.usedBy} />
          <LastRuns recent={flow?.recent} />
        </div>
      </div>
      {open === 'edit' && <AgentForm before={agent} onClose={() => setOpen(null)} />}
      {open === 'delete' && (
        <DeleteAgent
          agent={agent}
          onClose={() => setOpen(null)}
          onDeleted={() => navigate(list.href, { replace: true })}
        />
      )}
    </Page>
  );
}
