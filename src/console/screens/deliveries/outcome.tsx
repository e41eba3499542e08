/** What is to be known about a delivery that has not simply arrived, in the server's words: first thing on its page. */
import { Icon } from '../../parts/icon.tsx';
import { Ago } from '../../parts/time.tsx';
import type { WholeDelivery } from './delivery.tsx';
import styles from './delivery.module.css';

const TITLES: Readonly<Record<string, string>> = {
  FAILED: 'It was not delivered',
  UNKNOWN: 'It may have arrived',
  PENDING: 'It is tried again',
};

export function Outcome({ delivery: { state, reply, nextAt } }: { delivery: WholeDelivery }) {
  const title = TITLES[state];
  if (title === undefined || (state === 'PENDING' && reply === null && nextAt === null)) {
    return null;
  }
  return (
    <div
      className={styles['outcome']}
      data-state={state}
      role={state === 'FAILED' ? 'alert' : undefined}
    >
      <Icon name="warn" />
      <div>
        <strong>
          {title}
          {state === 'PENDING' && nextAt !== null && (
            <>
              {' '}
              <Ago at={nextAt} />
            </>
          )}
        </strong>
        {reply !== null && <p>{reply}</p>}
        {state === 'UNKNOWN' && (
          <p>It is not sent again by itself: a visible question is better than two mails.</p>
        )}
      </div>
    </div>
  );
}
