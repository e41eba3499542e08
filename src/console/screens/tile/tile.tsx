/** The Scheduler tile alone, for a frame on somebody else's page. It comes by a signed link, watches over a connection
 *  of its own, and says when it can no longer know. */
import { useEffect } from 'react';
import { OperationsHealthDocument } from '../../generated/graphql.ts';
import { useConnection } from '../../live/socket.ts';
import { useStream } from '../../live/use-stream.ts';
import { healthWords } from '../operations/health-words.ts';
import { SchedulerTile } from '../operations/scheduler-tile.tsx';
import styles from './tile.module.css';

export default function Tile() {
  const { data, atMs } = useStream(OperationsHealthDocument, {});
  const connection = useConnection();
  const health = data?.schedulerHealth.health;
  const label = health && healthWords(health).label;
  useEffect(() => {
    document.title = label === undefined ? 'Scheduler' : `${label} · Scheduler`;
  }, [label]);
  return (
    <main className={styles['frame']}>
      <div className={styles['inner']}>
        {connection.state === 'refused' ? (
          <div role="alert" className={styles['ended']}>
            <h1>This link has ended</h1>
            <p>{connection.why}</p>
          </div>
        ) : (
          <SchedulerTile health={health} atMs={atMs ?? 0} title="Scheduler" />
        )}
      </div>
    </main>
  );
}
