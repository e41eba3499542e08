/** The marks of one lane, each a link. A bar's form tells how its run ended: plain, notched, hatched; hollow ones go on
 *  or are to come. */
import { memo } from 'react';
import { paths } from '../../../shell/place.ts';
import { EndedBar, GrowingBar, SeveralBars, type Box } from './bars.tsx';
import type { Lane, Mark, RunMark } from './lanes.ts';
import { sentenceOf, wordsOf } from './words.ts';
import styles from './timeline.module.css';

const ONE = 16;
const MANY = 9;
const MARGIN = 6;

/** Of a lane without its name. */
export const laneHeight = (tracks: number): number =>
  tracks === 1 ? ONE + 2 * MARGIN : tracks * (MANY + 2) + 2 * MARGIN - 2;

const boxOf = (tracks: number, track: number): Box =>
  tracks === 1 ? { top: MARGIN, height: ONE } : { top: MARGIN + track * (MANY + 2), height: MANY };

const hrefOf = (mark: Mark, project: string): string => {
  if (mark.kind === 'run') return paths.run(project, mark.run.databaseId);
  const scenario = mark.kind === 'due' ? mark.due[0]?.scenario : mark.runs[0]?.scenario;
  if (scenario) return paths.scenario(project, scenario.databaseId, 'runs');
  // Runs without a scenario have no page together.
  const last = mark.kind === 'runs' ? mark.runs.at(-1) : undefined;
  return last ? paths.run(project, last.databaseId) : paths.operations(project);
};

type Given = {
  readonly lane: Lane;
  readonly project: string;
  /** From ms on the server's clock to px. */
  readonly x: (ms: number) => number;
  /** Where the picture ends. */
  readonly end: number;
  /** How far the server's clock is ahead of this machine's. */
  readonly skewMs: number;
};

/** Drawn anew only when something of it changed; what grows does so by itself. */
export const LaneMarks = memo(function LaneMarks({ lane, project, x, end, skewMs }: Given) {
  const { tracks, marks } = lane;
  return marks.map((mark) => (
    <a
      key={mark.key}
      href={hrefOf(mark, project)}
      data-mark={mark.key}
      data-kind={mark.kind}
      tabIndex={-1}
      aria-label={sentenceOf(wordsOf(mark, Date.now() + skewMs))}
      className={styles['mark']}
    >
      {mark.kind === 'run' && (
        <Run mark={mark} box={boxOf(tracks, mark.track)} x={x} skewMs={skewMs} />
      )}
      {mark.kind === 'runs' && <SeveralBars mark={mark} box={boxOf(tracks, mark.track)} />}
      {mark.kind === 'due' && (
        <Due
          x={mark.x}
          width={mark.width}
          y={laneHeight(tracks) / 2}
          rest={mark.more ? end : null}
          moved={mark.due.some((each) => each.movedByClockChange)}
          excluded={mark.due.every((each) => each.excluded)}
        />
      )}
    </a>
  ));
});

function Run({
  mark: { run, x, width, wait, open },
  box,
  x: scale,
  skewMs,
}: {
  mark: RunMark;
  box: Box;
  x: Given['x'];
  skewMs: number;
}) {
  const middle = box.top + box.height / 2;
  return (
    <>
      {wait > 2 && <line className={styles['wait']} x1={x - wait} x2={x} y1={middle} y2={middle} />}
      {open ? (
        <GrowingBar state={run.state} x={x} box={box} scale={scale} skewMs={skewMs} />
      ) : (
        <EndedBar state={run.state} x={x} width={width} box={box} />
      )}
    </>
  );
}

/** Hollow; on its tip when a clock change moves it, crossed out when the calendar excludes it. */
function Due({
  x,
  y,
  width,
  rest,
  moved,
  excluded,
}: {
  x: number;
  y: number;
  width: number;
  /** To where more of them would follow. */
  rest: number | null;
  moved: boolean;
  excluded: boolean;
}) {
  const r = 4;
  return (
    <g
      className={styles['due']}
      data-moved={moved || undefined}
      data-excluded={excluded || undefined}
    >
      {/* What one hits is larger than what one sees. */}
      <rect className={styles['hit']} x={x - 7} y={y - 10} width={width + 14} height="20" />
      {moved && width === 0 ? (
        <path
          d={`M${x} ${y - r - 1.5}l${r + 1.5} ${r + 1.5}-${r + 1.5} ${r + 1.5}-${r + 1.5}-${r + 1.5}z`}
        />
      ) : (
        <rect x={x - r} y={y - r} width={width + 2 * r} height={2 * r} rx={r} />
      )}
      {rest !== null && <line x1={x + width + r + 3} x2={rest} y1={y} y2={y} />}
      {excluded && <path d={`M${x - r} ${y + r}L${x + r} ${y - r}`} />}
    </g>
  );
}
