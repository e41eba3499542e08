/** How many there are, and how many of them the list has by now. */
import { count } from '../../parts/progress.tsx';
import type { LiveRoster } from './use-roster.ts';
import styles from './scenarios.module.css';

export function Reading({ roster: { rows, total, isComplete, isOld } }: { roster: LiveRoster }) {
  const isReading = !isComplete && !isOld && total !== null && rows.length > 0;
  return (
    <div className={styles['reading']}>
      <p role="status" className="visually-hidden">
        {total !== null && !isOld && `${count(total)} ${total === 1 ? 'scenario' : 'scenarios'}`}
      </p>
      {isReading && (
        <>
          <progress
            max={total}
            value={rows.length}
            aria-label={`Reading ${count(total)} scenarios`}
          />
          <span aria-hidden="true">
            {count(rows.length)} of {count(total)}
          </span>
        </>
      )}
    </div>
  );
}
