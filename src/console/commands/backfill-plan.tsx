/** What a backfill would do: how many runs, and which due times they stand for. */
import { count } from '../parts/progress.tsx';
import { day, clock } from '../words/time.ts';
import type { Plan } from './backfill-scenario.tsx';
import styles from './commands.module.css';

// The first ones and the last ones say whether the period is right; a thousand lines say no more.
const EDGE = 6;

/** @param zone of the scenario. */
export function BackfillPlan({ plan, zone }: { plan: Plan; zone: string }) {
  const { dueTimes, runCount, firedBeforeCount } = plan;
  const excluded = dueTimes.length - runCount;
  const cut = dueTimes.length > 2 * EDGE;
  const first = cut ? dueTimes.slice(0, EDGE) : dueTimes;
  const last = cut ? dueTimes.slice(-EDGE) : [];
  return (
    <section aria-label="What it would do" className={styles['plan']}>
      <p role="status">
        <strong>
          {runCount === 0
            ? 'Nothing would run: no due time lies in this period.'
            : `${count(runCount)} ${runCount === 1 ? 'run' : 'runs'} would be made.`}
        </strong>
        {firedBeforeCount > 0 && ` ${count(firedBeforeCount)} of the due times ran before.`}
        {excluded > 0 && ` ${count(excluded)} lie on days that the calendar excludes.`}
      </p>
      {dueTimes.length > 0 && (
        <div className={styles['times']}>
          <p className={styles['quiet']}>Due times, on the clocks of {zone}</p>
          <Times times={first} zone={zone} />
          {cut && <p className={styles['quiet']}>… {count(dueTimes.length - 2 * EDGE)} more …</p>}
          <Times times={last} zone={zone} />
        </div>
      )}
    </section>
  );
}

function Times({ times, zone }: { times: Plan['dueTimes']; zone: string }) {
  return (
    <ul>
      {times.map(({ dueAt, excluded, firedBefore, movedByClockChange }) => (
        <li key={dueAt} data-excluded={excluded || undefined}>
          <time dateTime={dueAt}>
            {day(dueAt, zone)}, {clock(dueAt, zone)}
          </time>
          {excluded && <span>excluded by the calendar</span>}
          {firedBefore && <span>ran before</span>}
          {movedByClockChange && <span>moved by a clock change</span>}
        </li>
      ))}
    </ul>
  );
}
