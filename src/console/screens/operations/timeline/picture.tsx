/** The picture of the timeline: names at the left, lanes of marks, the time above, and "now" moving through it. Lanes
 *  scroll; names and time stay. */
import {
  useCallback,
  useMemo,
  useRef,
  useState,
  type FocusEvent,
  type MouseEvent,
  type SyntheticEvent,
} from 'react';
import { Link, useLocation } from 'wouter';
import { useNow } from '../../../live/now.ts';
import { axisLines, timeScale, type Scale } from '../../../parts/axis.ts';
import { useWidth } from '../../../parts/use-width.ts';
import { paths } from '../../../shell/place.ts';
import { readerZone } from '../../../words/time.ts';
import { LaneMarks, laneHeight } from './lane-marks.tsx';
import { layLanes, type Lane, type LaneDue, type LaneRun, type Mark } from './lanes.ts';
import { MarkTip } from './mark-tip.tsx';
import { onNameKeys } from './name-keys.ts';
import type { Window } from './period.ts';
import { useStableLanes } from './stable-lanes.ts';
import { useRoving } from './use-roving.ts';
import styles from './timeline.module.css';

// Below that names stand above their lanes.
const NARROW = 560;
const NAME_ABOVE = 18;
// Due times are let go of when now has moved on by so many px.
const PASSED_PX = 4;
// A label that close to the one of now would be half behind it.
const NOW_ROOM_PX = 36;

export function Picture({
  runs,
  due,
  window,
  project,
  skewMs,
}: {
  runs: readonly LaneRun[];
  due: readonly LaneDue[];
  window: Window;
  project: string;
  /** How far the server's clock is ahead of this machine's. */
  skewMs: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const whole = useWidth(box);
  const narrow = whole < NARROW;
  const nameWidth = narrow ? 0 : Math.round(Math.min(240, whole * 0.22));
  const width = Math.max(0, whole - nameWidth);
  const { fromMs, toMs } = window;
  const scale = useMemo(() => timeScale(fromMs, toMs, width), [fromMs, toMs, width]);

  const passedMs = ((toMs - fromMs) / Math.max(1, width)) * PASSED_PX;
  const roughNowMs = useNow(passedMs) + skewMs;
  const lanes = useStableLanes(
    useMemo(
      () => (width === 0 ? [] : layLanes(runs, due, { fromMs, toMs }, width, roughNowMs)),
      [runs, due, fromMs, toMs, width, roughNowMs],
    ),
  );
  const heights = lanes.map((lane) => laneHeight(lane.tracks) + (narrow ? NAME_ABOVE : 0));
  const tops: number[] = [];
  let height = 0;
  for (const each of heights) {
    tops.push(height);
    height += each;
  }
  const lines = useMemo(
    () => (width === 0 ? [] : axisLines(scale, readerZone, narrow ? 64 : 90)),
    [scale, width, narrow],
  );

  const roving = useRoving(box);
  const [shown, show] = useState<{ mark: Mark; at: Element } | null>(null);
  const hide = useCallback(() => show(null), []);
  const point = ({ target }: SyntheticEvent) => {
    const at = (target as Element).closest('[data-mark]');
    const lane = at?.closest('[data-lane]')?.getAttribute('data-lane');
    const key = at?.getAttribute('data-mark');
    const mark = lanes.find((each) => each.key === lane)?.marks.find((each) => each.key === key);
    if (at && mark) show({ mark, at });
  };
  const follow = useFollow();
  // For all marks at once: a thousand links would each watch the address.
  const handlers = {
    onClick: follow,
    onPointerOver: point,
    onFocus(event: FocusEvent) {
      roving.onFocus(event);
      point(event);
    },
    onKeyDown: roving.onKeyDown,
    onBlur: hide,
  };
  const keys = { onKeyDown: onNameKeys };
  return (
    <div className={styles['scroller']} data-narrow={narrow || undefined}>
      <div ref={box} className={styles['body']}>
        {width > 0 && (
          <>
            <svg
              className={styles['head']}
              width={width}
              height="26"
              style={{ marginInlineStart: nameWidth }}
              aria-hidden="true"
            >
              {lines
                .filter(({ x }) => Math.abs(x - scale.x(roughNowMs)) > NOW_ROOM_PX)
                .map(({ ms, x, label }) => (
                  <text key={ms} x={x} y="16" textAnchor={anchorOf(x, width)}>
                    {label}
                  </text>
                ))}
              <Now scale={scale} skewMs={skewMs} />
            </svg>
            <div className={styles['lanes']} {...keys}>
              <ol className={styles['names']} style={{ width: narrow ? '100%' : nameWidth }}>
                {lanes.map((lane, index) => (
                  <li key={lane.key} style={{ height: heights[index] }}>
                    <Name lane={lane} project={project} />
                  </li>
                ))}
              </ol>
              <svg
                width={width}
                height={height}
                role="group"
                aria-label="Runs and due times by scenario. Arrow keys go from one to the next, and left of the first to the scenario."
                {...handlers}
              >
                <Hatch />
                {lines.map(({ ms, x }) => (
                  <line key={ms} className={styles['line']} x1={x} x2={x} y1="0" y2={height} />
                ))}
                {lanes.map((lane, index) => (
                  <g
                    key={lane.key}
                    data-lane={lane.key}
                    transform={`translate(0 ${(tops[index] ?? 0) + (narrow ? NAME_ABOVE : 0)})`}
                  >
                    <LaneMarks
                      lane={lane}
                      project={project}
                      x={scale.x}
                      end={width}
                      skewMs={skewMs}
                    />
                  </g>
                ))}
                <Now scale={scale} skewMs={skewMs} height={height} />
              </svg>
            </div>
          </>
        )}
      </div>
      <MarkTip shown={shown} onHide={hide} skewMs={skewMs} />
    </div>
  );
}

function Name({ lane: { scenario, name }, project }: { lane: Lane; project: string }) {
  if (!scenario) return <span title={name}>{name}</span>;
  return (
    <Link
      href={paths.scenario(project, scenario.databaseId)}
      title={name}
      data-name={scenario.id}
      tabIndex={-1}
    >
      {name}
    </Link>
  );
}

/** It alone moves each second. @param height of its line; none: its name, above. */
function Now({ scale, skewMs, height }: { scale: Scale; skewMs: number; height?: number }) {
  const x = scale.x(useNow() + skewMs);
  if (height !== undefined)
    return <line className={styles['nowLine']} x1={x} x2={x} y1="0" y2={height} />;
  return (
    <>
      <rect className={styles['plate']} x={x - 17} y="3" width="34" height="19" rx="4" />
      <text className={styles['now']} x={x} y="16" textAnchor="middle">
        now
      </text>
    </>
  );
}

const anchorOf = (x: number, width: number) =>
  x < 24 ? 'start' : x > width - 24 ? 'end' : 'middle';

function Hatch() {
  return (
    <defs>
      <pattern
        id="timeline-hatch"
        width="4"
        height="4"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="4" height="4" className={styles['hatchGround']} />
        <rect width="2" height="4" className={styles['hatchLine']} />
      </pattern>
    </defs>
  );
}

function useFollow() {
  const [, navigate] = useLocation();
  return (event: MouseEvent) => {
    const { altKey, ctrlKey, metaKey, shiftKey, button } = event;
    if (altKey || ctrlKey || metaKey || shiftKey || button !== 0) return;
    const href = (event.target as Element).closest('a[data-mark]')?.getAttribute('href');
    if (!href) return;
    event.preventDefault();
    navigate(href);
  };
}
