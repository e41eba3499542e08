/** What one rarely looks for: who was told about a run, which workers claimed it, with whose rights it ran. */
import { Panel } from '../../parts/panel.tsx';
import { Moment } from '../../parts/time.tsx';
import styles from './run.module.css';

type Notification = {
  readonly id: string;
  readonly kind: string;
  readonly channel: string;
  readonly target: string;
  readonly state: string;
  readonly attempts: number;
  readonly reply: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly nextAt: string | null;
};

type Known = {
  readonly priority: number;
  readonly eventCount: number;
  readonly owner: { readonly name: string; readonly email: string } | null;
  readonly claims: readonly {
    readonly fence: number;
    readonly workerId: string;
    readonly at: string;
  }[];
  readonly notifications: {
    readonly totalCount: number;
    readonly nodes: readonly Notification[];
  };
};

const KINDS: Readonly<Record<string, string>> = {
  FAILURE: 'of the failure',
  RECOVERY: 'of the recovery',
  LATE: 'that it is late',
  PAUSED: 'that the scenario paused itself',
};
const CHANNELS: Readonly<Record<string, string>> = { MAIL: 'Mail', WEBHOOK: 'Webhook' };
const STATES: Readonly<Record<string, string>> = {
  PENDING: 'to be sent',
  SENDING: 'being sent',
  SENT: 'sent',
  FAILED: 'not delivered',
  UNKNOWN: 'may have arrived',
};

export function Details({ run }: { run: Known }) {
  const { nodes, totalCount } = run.notifications;
  return (
    <Panel title="Details">
      <div className={styles['details']}>
        <section className={styles['part']}>
          <h3>Notifications</h3>
          {nodes.length === 0 ? (
            <p className={styles['quiet']}>Nobody was told about this run.</p>
          ) : (
            <ul className={styles['told']}>
              {nodes.map((each) => (
                <Told key={each.id} told={each} />
              ))}
            </ul>
          )}
          {totalCount > nodes.length && (
            <p className={styles['quiet']}>
              The newest {nodes.length} of {totalCount}.
            </p>
          )}
        </section>
        <section className={styles['part']}>
          <h3>Claims</h3>
          {run.claims.length === 0 ? (
            <p className={styles['quiet']}>No worker has taken it.</p>
          ) : (
            <table className={styles['claims']}>
              <thead>
                <tr>
                  <th scope="col">Fence</th>
                  <th scope="col">Worker</th>
                  <th scope="col">Taken</th>
                </tr>
              </thead>
              <tbody>
                {run.claims.map(({ fence, workerId, at }) => (
                  <tr key={fence}>
                    <td>{fence}</td>
                    <td>
                      <code>{workerId}</code>
                    </td>
                    <td>
                      <Moment at={at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
        <section className={styles['part']}>
          <h3>Rights and rank</h3>
          <dl className={styles['pairs']}>
            <dt>Owner</dt>
            <dd>{run.owner?.name || run.owner?.email || 'has left'}</dd>
            <dt>Priority</dt>
            <dd>{run.priority}</dd>
            <dt>Events</dt>
            <dd>{run.eventCount}</dd>
          </dl>
        </section>
      </div>
    </Panel>
  );
}

function Told({ told }: { told: Notification }) {
  const { kind, channel, target, state, attempts, reply, createdAt, finishedAt } = told;
  const tries = attempts > 1 ? ` after ${attempts} tries` : '';
  return (
    <li data-state={state}>
      <span>
        {CHANNELS[channel] ?? channel} {KINDS[kind] ?? kind.toLowerCase()} to{' '}
        <strong>{target}</strong>
      </span>
      <span className={styles['quiet']}>
        {STATES[state] ?? state.toLowerCase()}
        {tries}, <Moment at={finishedAt ?? createdAt} />
      </span>
      {reply !== null && <code>{reply}</code>}
    </li>
  );
}
