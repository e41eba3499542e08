/** The run in time: a lane a step, a bar an attempt. It moves while the run does. A lane opens its step. */
import { useEffect, useId, useMemo, useRef, type ReactNode } from 'react';
import { useFrame } from '../../live/now.ts';
import { axisLines, elapsedLines, timeScale, type AxisLine } from '../../parts/axis.ts';
import { Panel } from '../../parts/panel.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { isOver } from '../../words/states.ts';
import { clock, readerZone, span } from '../../words/time.ts';
import { Lane, QueueLane } from './gantt-lane.tsx';
import { groupsOf, periodOf, type Period } from './gantt-layout.ts';
import type { RunView } from './run-view.ts';
import styles from './gantt.module.css';

// Longer ones are told by the clock, shorter ones by what has passed since the start.
const CLOCK_FROM_MS = 3 * 60_000;
const MANY = 16;
const AXIS_PX = 24;

type Props = {
  run: RunView & { readonly createdAt: string };
  parallel: (pos: number) => boolean;
  /** The position of the step that is shown. */
  shown: number | null;
  /** Somebody has chosen it. */
  chosen: boolean;
  onOpen: (pos: number) => void;
  /** The id of the element that shows the step. */
  controls: string;
  /** An instant that has passed for certain, in ms: this machine's clock may be behind. */
  knownMs: number;
};

export function Gantt({ run, parallel, shown, chosen, onOpen, controls, knownMs }: Props) {
  const going = !isOver(run.state);
  const nowMs = Math.max(useFrame(going), knownMs);
  const track = useRef<HTMLDivElement>(null);
  const width = useWidth(track);
  const { fromMs, toMs, cutMs } = periodOf(run, nowMs);
  const scale = useMemo(() => timeScale(fromMs, toMs, width), [fromMs, toMs, width]);
  const beganMs = Date.parse(run.startedAt ?? run.createdAt);
  const lines = useMemo(
    () =>
      toMs - fromMs < CLOCK_FROM_MS
        ? elapsedLines(scale, beganMs, 72)
        : axisLines(scale, readerZone, 72),
    [scale, beganMs, fromMs, toMs],
  );
  const patterns = useId();
  const groups = groupsOf(run.steps, parallel);
  const lane = (step: (typeof run.steps)[number]) => {
    const open = step.state === 'RUNNING' && going;
    return (
      <Lane
        key={step.id}
        step={step}
        scale={scale}
        // A lane at rest is not drawn anew with each picture.
        nowMs={open ? nowMs : 0}
        shown={step.pos === shown}
        onOpen={onOpen}
        controls={controls}
        patterns={patterns}
      />
    );
  };
  return (
    <Panel title="Timeline" note={<Note run={run} period={{ fromMs, toMs, cutMs }} />} flush>
      <Sight
        shown={run.state === 'SUCCEEDED' && !chosen ? null : shown}
        many={run.steps.length > MANY}
      >
        <Patterns id={patterns} />
        <div className={styles['axis']} aria-hidden="true">
          <div className={styles['track']} ref={track}>
            <Axis lines={lines} width={width} />
          </div>
        </div>
        <div className={styles['picture']}>
          <div className={styles['grid']} aria-hidden="true">
            <Grid lines={lines} nowX={going ? scale.x(nowMs) : null} width={width} />
          </div>
          <QueueLane run={run} scale={scale} nowMs={nowMs} cutMs={cutMs} patterns={patterns} />
          <ol className={styles['lanes']}>
            {groups.map((group) =>
              group.length === 1 ? (
                group.map(lane)
              ) : (
                <li key={`group ${group[0]?.pos}`} className={styles['group']}>
                  <span className="visually-hidden">{group.length} steps that run together</span>
                  <ol>{group.map(lane)}</ol>
                </li>
              ),
            )}
          </ol>
        </div>
      </Sight>
    </Panel>
  );
}

/** Keeps many lanes in a height of their own, so that what stands below stays near, and one lane in sight.
 *  @param shown null: where nothing deserves a look, the lanes begin at the first. */
function Sight({
  shown,
  many,
  children,
}: {
  shown: number | null;
  many: boolean;
  children: ReactNode;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = place.current;
    const lane = box?.querySelector<HTMLElement>('[aria-expanded="true"]');
    if (!box || !lane || shown === null) return;
    const at = lane.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (at < AXIS_PX) box.scrollTop += at - AXIS_PX;
    else if (at + lane.offsetHeight > box.clientHeight)
      box.scrollTop += at + lane.offsetHeight - box.clientHeight;
  }, [shown]);
  return (
    <div className={styles['gantt']} data-many={many || undefined} ref={place}>
      {children}
    </div>
  );
}

function Note({ run, period }: { run: Props['run']; period: Period }) {
  const toMs = run.finishedAt === null ? null : Date.parse(run.finishedAt);
  if (toMs === null) return <>since {clock(run.createdAt)}</>;
  return (
    <>
      {clock(run.createdAt)} – {clock(toMs)}
      {period.cutMs > 0 && `, without the first ${span(period.cutMs)} of waiting`}
    </>
  );
}

/** The labels, kept inside of the picture at both ends. */
function Axis({ lines, width }: { lines: readonly AxisLine[]; width: number }) {
  return (
    <svg width={width} height="20">
      {lines.map(({ ms, x, label }) => (
        <text
          key={ms}
          x={x}
          y="14"
          textAnchor={x < 24 ? 'start' : x > width - 24 ? 'end' : 'middle'}
        >
          {label}
        </text>
      ))}
    </svg>
  );
}

function Grid({
  lines,
  nowX,
  width,
}: {
  lines: readonly AxisLine[];
  nowX: number | null;
  width: number;
}) {
  return (
    <svg width={width} height="100%">
      {lines.map(({ ms, x }) => (
        <line key={ms} x1={x} x2={x} y1="0" y2="100%" />
      ))}
      {nowX !== null && <line data-now x1={nowX} x2={nowX} y1="0" y2="100%" />}
    </svg>
  );
}

/** What tells bars apart without colour. */
function Patterns({ id }: { id: string }) {
  const stripes = (name: string, rotate: number, colour: string) => (
    <pattern
      id={`${id}${name}`}
      width="6"
      height="6"
      patternUnits="userSpaceOnUse"
      patternTransform={`rotate(${rotate})`}
    >
      <rect width="6" height="6" fill={colour} fillOpacity="0.35" />
      <rect width="3" height="6" fill={colour} />
    </pattern>
  );
  return (
    <svg width="0" height="0" className={styles['patterns']} aria-hidden="true">
      <defs>
        {stripes('lost', 45, 'var(--warn-solid)')}
        {stripes('cancelled', -45, 'var(--warn-solid)')}
        {stripes('wait', 45, 'var(--calm-solid)')}
      </defs>
    </svg>
  );
}
