/** The Scheduler tile: alive or not, how old the last beat is, and what to do when it is too old. The colour is the
 *  server's, pushed; the ages grow here, from what the server said they were, so that no two clocks are compared. It
 *  fills whatever it stands in, from 240 by 120 px on. */
import type { ReactNode } from 'react';
import { useLost } from '../../live/lost.ts';
import { useNow } from '../../live/now.ts';
import { Moment } from '../../parts/time.tsx';
import { clock } from '../../words/time.ts';
import { ageWords, healthWords, type Health } from './health-words.ts';
import styles from './scheduler-tile.module.css';

export function SchedulerTile({
  health,
  atMs,
  title,
}: {
  /** As last told; undefined before. */
  health: Health | undefined;
  /** When that was, on this machine's clock. */
  atMs: number;
  /** Its name, where nothing around it has it. */
  title?: string;
}) {
  const lost = useLost();
  const now = useNow();
  if (!health) return <Unheard lost={lost !== null} />;
  // What is not heard of does not grow older here: it is shown as it was.
  const goneSeconds = Math.max(0, (lost ?? now) - atMs) / 1000;
  const { label, means, todo } = healthWords(health);
  return (
    <div className={styles['tile']} data-state={lost === null ? health.state : 'LOST'}>
      {title !== undefined && <h1 className={styles['title']}>{title}</h1>}
      <div className={styles['face']}>
        <i className={styles['mark']} aria-hidden="true" />
        <p role="status" className={styles['label']}>
          {lost !== null && <span className="visually-hidden">No connection; last known: </span>}
          {label}
        </p>
        <Beat health={health} goneSeconds={goneSeconds} />
      </div>
      <Gauge health={health} goneSeconds={goneSeconds} />
      {lost === null ? (
        <p className={styles['words']}>
          {means} {todo !== undefined && <strong>{todo}</strong>}
        </p>
      ) : (
        <p role="status" className={styles['words']} data-always>
          No connection. This is as of {clock(lost)}.
        </p>
      )}
      <dl className={styles['facts']}>
        <Fact name="Last tick">
          {health.lastTickAt === null ? (
            'never'
          ) : (
            <>
              {ageWords((health.lastTickSeconds ?? 0) + goneSeconds)} ago,{' '}
              <Moment at={health.lastTickAt} />
            </>
          )}
        </Fact>
        <Fact name="Limits">
          amber {health.amberSeconds} s, red {health.staleSeconds} s
        </Fact>
      </dl>
    </div>
  );
}

function Beat({ health, goneSeconds }: { health: Health; goneSeconds: number }) {
  const { lastSeenSeconds } = health;
  return (
    <p className={styles['beat']}>
      {lastSeenSeconds === null ? (
        'no beat ever'
      ) : (
        <>
          <span className={styles['word']}>last beat </span>
          <b data-age>{ageWords(lastSeenSeconds + goneSeconds)}</b> ago
        </>
      )}
    </p>
  );
}

/** How much of the time until red has passed, and where amber begins. */
function Gauge({ health, goneSeconds }: { health: Health; goneSeconds: number }) {
  const { lastSeenSeconds, amberSeconds, staleSeconds } = health;
  const share = Math.min(1, ((lastSeenSeconds ?? Infinity) + goneSeconds) / staleSeconds);
  return (
    <div className={styles['gauge']} aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
      <i style={{ insetInlineStart: `${(amberSeconds / staleSeconds) * 100}%` }} />
    </div>
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

function Unheard({ lost }: { lost: boolean }) {
  return (
    <div className={styles['tile']} data-state="LOST">
      <div className={styles['face']}>
        <i className={styles['mark']} aria-hidden="true" />
        <p role="status" className={styles['label']}>
          {lost ? 'No connection' : 'Asking …'}
        </p>
      </div>
      {lost && (
        <p className={styles['words']} data-always>
          The server cannot be reached. This tries again by itself.
        </p>
      )}
    </div>
  );
}
