/** The timeline in words: what ran and what comes, as rows. */
import { useState } from 'react';
import { Link } from 'wouter';
import { useNow } from '../../../live/now.ts';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/notice.tsx';
import { StateMark } from '../../../parts/state-mark.tsx';
import { Moment, Took } from '../../../parts/time.tsx';
import { paths } from '../../../shell/place.ts';
import { RUN_LOOKS, type StateLook } from '../../../words/states.ts';
import type { LaneDue, LaneRun } from './lanes.ts';
import styles from './timeline.module.css';

const PAGE = 50;
// Those next in time; the rest of a scenario that is due each minute says nothing new.
const MOST_DUE = 10;

const DUE_LOOKS = {
  DUE: { label: 'Due', tone: 'calm', shape: 'clock' },
  EXCLUDED: { label: 'Left out by its calendar', tone: 'calm', shape: 'skip' },
  MOVED: { label: 'Due, moved by a clock change', tone: 'warn', shape: 'bolt' },
} as const satisfies Record<string, StateLook>;

const dueState = ({ excluded, movedByClockChange }: LaneDue) =>
  excluded ? 'EXCLUDED' : movedByClockChange ? 'MOVED' : 'DUE';

const beganOf = (run: LaneRun) => run.startedAt ?? run.createdAt;

export function TimelineTable({
  runs,
  due,
  project,
  skewMs,
}: {
  runs: readonly LaneRun[];
  due: readonly LaneDue[];
  project: string;
  skewMs: number;
}) {
  const [pages, setPages] = useState(1);
  const now = useNow(5_000) + skewMs;
  const coming = due
    .filter(({ at }) => Date.parse(at) > now)
    .slice(0, MOST_DUE)
    .reverse();
  const past = runs.toSorted((a, b) => Date.parse(beganOf(b)) - Date.parse(beganOf(a)));
  const shown = past.slice(0, pages * PAGE);
  if (runs.length === 0 && coming.length === 0) return <Nothing />;
  return (
    <div className={styles['scroller']} data-table>
      <table className={styles['table']}>
        <caption className="visually-hidden">Coming due times and runs, the latest first</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Scenario</th>
            <th scope="col">When</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {coming.map((each) => (
            <tr key={`${each.scenario.id} ${each.at}`}>
              <td>
                <StateMark looks={DUE_LOOKS} state={dueState(each)} />
              </td>
              <th scope="row">
                <Link href={paths.scenario(project, each.scenario.databaseId)}>
                  {each.scenario.name}
                </Link>
              </th>
              <td>
                <Moment at={each.at} zone={each.scenario.zone} />
              </td>
              <td>–</td>
            </tr>
          ))}
          {shown.map((run) => (
            <tr key={run.id}>
              <td>
                <StateMark looks={RUN_LOOKS} state={run.state} />
              </td>
              <th scope="row">
                <Link href={paths.run(project, run.databaseId)}>
                  {run.name} #{run.databaseId}
                </Link>
              </th>
              <td>
                <Moment at={beganOf(run)} zone={run.scenario?.zone} />
              </td>
              <td>
                <Took from={run.startedAt} to={run.finishedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < past.length && (
        <div className={styles['more']}>
          <Button onClick={() => setPages(pages + 1)}>Show {PAGE} more</Button>
        </div>
      )}
    </div>
  );
}

export function Nothing() {
  return <Empty title="Nothing ran in this time, and nothing is due in it" />;
}
