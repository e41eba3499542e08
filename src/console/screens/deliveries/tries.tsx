/** Each try, when it was, and what the server said. */
import { Empty } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Moment, Took } from '../../parts/time.tsx';
import { TRY_LOOKS } from '../../words/deliveries.ts';
import type { WholeDelivery } from './delivery.tsx';
import styles from './delivery.module.css';

export function Tries({ delivery: { tries, attempts, state } }: { delivery: WholeDelivery }) {
  return (
    <Panel title="Tries" note={tries.length > 0 ? `${tries.length}` : undefined}>
      {tries.length === 0 ? (
        <Empty title={whyNone(attempts, state)} />
      ) : (
        <ol className={styles['tries']}>
          {tries.map((each, index) => (
            // They have no other identity than their place.
            <li key={index} data-state={each.state}>
              <div className={styles['line']}>
                <span className={styles['number']}>{index + 1}</span>
                <StateMark looks={TRY_LOOKS} state={each.state} />
                <span className={styles['times']}>
                  <Moment at={each.at} /> · <Took from={each.at} to={each.finishedAt} />
                </span>
              </div>
              {each.reply !== null && <code>{each.reply}</code>}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function whyNone(attempts: number, state: string): string {
  if (attempts > 0) return 'The tries of that time were not noted one by one.';
  return state === 'FAILED' ? 'It was not tried.' : 'Its turn has not come.';
}
