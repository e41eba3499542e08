/** How much there is to do, and how long the first in line has waited for a worker. */
import { memo, type ReactNode } from 'react';
import { OperationsQueueDocument } from '../../generated/graphql.ts';
import { useLost } from '../../live/lost.ts';
import { useNow } from '../../live/now.ts';
import { useStream } from '../../live/use-stream.ts';
import { Panel } from '../../parts/panel.tsx';
import { count } from '../../parts/progress.tsx';
import { ageWords } from './health-words.ts';
import styles from './operations.module.css';

export const QueuePanel = memo(function QueuePanel({ projectId }: { projectId: string }) {
  const { data, atMs } = useStream(OperationsQueueDocument, { projectId });
  const now = useNow();
  const lost = useLost();
  const queue = data?.queue.queue;
  const number = (value: number | undefined) => (value === undefined ? '–' : count(value));
  const waitMs =
    queue?.oldestWaitSeconds == null || atMs === null
      ? null
      : queue.oldestWaitSeconds * 1000 + Math.max(0, (lost ?? now) - atMs);
  return (
    <Panel title="Queue">
      <dl className={styles['figures']}>
        <Figure name="Depth" what="not started yet" value={number(queue?.depth)} />
        <Figure name="Running" what="at workers" value={number(queue?.running)} />
        <Figure name="Waiting" what="for their turn" value={number(queue?.waiting)} />
        <Figure
          name="Oldest wait"
          what="for a worker"
          value={waitMs === null ? '–' : ageWords(waitMs / 1000)}
        />
      </dl>
    </Panel>
  );
});

function Figure({ name, what, value }: { name: string; what: string; value: ReactNode }) {
  return (
    <div data-figure={name}>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <span>{what}</span>
      </dd>
    </div>
  );
}
