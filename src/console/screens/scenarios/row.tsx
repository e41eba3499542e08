/** One scenario of the list. Light, since a flick of the wheel draws a dozen: what opens stands outside of it. */
import { memo, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useNow } from '../../live/now.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { RunStrip, type StripRun } from '../../parts/run-strip.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { paths } from '../../shell/place.ts';
import { SCENARIO_LOOKS } from '../../words/states.ts';
import { clock, fromNow, moment, readerZone } from '../../words/time.ts';
import { pace } from './pace.ts';
import type { RowCommands } from './row-commands.tsx';
import type { Row } from './roster.ts';
import styles from './list.module.css';

const DWELL_MS = 120;

export const ScenarioRow = memo(function ScenarioRow({
  row,
  runs,
  index,
  top,
  project,
  commands,
  isMoving,
  measure,
}: {
  row: Row;
  /** null: not read yet. */
  runs: readonly StripRun[] | null;
  index: number;
  /** Px from the top of the list. */
  top: number;
  /** Its slug. */
  project: string;
  /** null: one may only look. */
  commands: RowCommands | null;
  /** The list scrolls; always the same function. */
  isMoving: () => boolean;
  measure: ((row: HTMLElement | null) => void) | undefined;
}) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-id={row.id}
      data-due={row.nextDueAt ? undefined : 'none'}
      ref={measure}
      className={styles['row']}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="cell" className={styles['name']}>
        <Link
          href={paths.scenario(project, row.databaseId)}
          className={styles['title']}
          data-control="name"
          data-tip-cut=""
        >
          {row.name}
        </Link>
        <p className={styles['quiet']} data-tip-cut="">
          <code>{row.slug}</code>
          {row.description && <> · {row.description}</>}
        </p>
      </div>
      <div role="cell" className={styles['state']}>
        <StateMark looks={SCENARIO_LOOKS} state={row.state} />
        <Why row={row} />
      </div>
      <div role="cell" className={styles['trigger']}>
        <p className={styles['two']} data-tip-cut="">
          {row.trigger?.description ?? 'By hand only'}
        </p>
      </div>
      <div role="cell" className={styles['due']}>
        <NextDue row={row} />
      </div>
      <div role="cell" className={styles['runs']}>
        <Runs runs={runs} project={project} isMoving={isMoving} />
      </div>
      <div role="cell" className={styles['actions']}>
        {commands && <Actions row={row} commands={commands} />}
      </div>
    </div>
  );
});

/** What stops it. */
function Why({ row: { state, pause, broken } }: { row: Row }) {
  if (state === 'BROKEN' && broken)
    return (
      <p className={styles['fault']} data-tip-cut="">
        {broken.message}
      </p>
    );
  if (state !== 'PAUSED' || (!pause?.note && !pause?.until)) return null;
  return (
    <p className={styles['quiet']} data-tip-cut="">
      {pause.until && `until ${moment(pause.until)}`}
      {pause.until && pause.note && ': '}
      {pause.note}
    </p>
  );
}

function NextDue({ row: { nextDueAt, zone } }: { row: Row }) {
  const now = useNow();
  if (!nextDueAt) return <span className={styles['quiet']}>–</span>;
  return (
    <>
      <time dateTime={nextDueAt} data-tip-at={nextDueAt} data-tip-zone={zone}>
        {moment(nextDueAt)} <span className={styles['age']}>{fromNow(nextDueAt, now)}</span>
      </time>
      {zone !== readerZone && (
        <p className={styles['quiet']} data-tip-cut="">
          {clock(nextDueAt, zone, { seconds: false })} {zone}
        </p>
      )}
    </>
  );
}

/** Sixty elements a row: what only flies past is spared them. */
function Runs({
  runs,
  project,
  isMoving,
}: {
  runs: readonly StripRun[] | null;
  project: string;
  isMoving: () => boolean;
}) {
  const [isDrawn, setDrawn] = useState(() => !isMoving());
  useEffect(() => {
    if (isDrawn) return;
    const timer = setTimeout(() => setDrawn(true), DWELL_MS);
    return () => clearTimeout(timer);
  }, [isDrawn]);
  if (!runs || !isDrawn) return <div className={styles['unread']} />;
  if (runs.length === 0) return <span className={styles['quiet']}>No runs yet</span>;
  return (
    <>
      <RunStrip runs={runs} project={project} />
      <p className={styles['quiet']}>{pace(runs)}</p>
    </>
  );
}

function Actions({ row, commands }: { row: Row; commands: RowCommands }) {
  const isPaused = row.state === 'PAUSED';
  return (
    <>
      <Button
        kind="quiet"
        icon={<Icon name="play" />}
        aria-label={`Run ${row.name} now`}
        data-tip="Run now"
        data-control="run"
        onClick={() => commands.run(row)}
      />
      <Button
        kind="quiet"
        icon={<Icon name={isPaused ? 'resume' : 'pause'} />}
        aria-label={`${isPaused ? 'Resume' : 'Pause'} ${row.name}`}
        data-tip={isPaused ? 'Resume' : 'Pause'}
        data-control="pause"
        onClick={() => commands.pauseOrResume(row)}
      />
      <Button
        kind="quiet"
        icon={<Icon name="more" />}
        aria-label={`More for ${row.name}`}
        aria-haspopup="menu"
        data-tip="More"
        data-control="more"
        onClick={(event) => commands.more(row, event.currentTarget)}
      />
    </>
  );
}
