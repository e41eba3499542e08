/** The forms of bars: one that grows, one that has ended, one that stands for several runs. */
import type { ReactNode } from 'react';
import { useNow } from '../../../live/now.ts';
import type { LaneRun, RunsMark } from './lanes.ts';
import { LEAST_WIDTH } from './pack.ts';
import styles from './timeline.module.css';

export type Box = { readonly top: number; readonly height: number };

/** It grows with the clock. */
export function GrowingBar({
  state,
  x,
  box,
  scale,
  skewMs,
}: {
  state: string;
  x: number;
  box: Box;
  /** From ms on the server's clock to px. */
  scale: (ms: number) => number;
  skewMs: number;
}) {
  const now = useNow();
  const width = Math.max(LEAST_WIDTH, scale(now + skewMs) - x);
  return (
    <rect
      data-state={state}
      x={x + 0.75}
      y={box.top + 0.75}
      width={width - 1.5}
      height={box.height - 1.5}
      rx="2"
    />
  );
}

export function EndedBar({
  state,
  x,
  width,
  box,
}: {
  state: string;
  x: number;
  width: number;
  box: Box;
}) {
  if (state === 'FAILED') return <path data-state={state} d={notched(x, width, box)} />;
  return <rect data-state={state} x={x} y={box.top} width={width} height={box.height} rx="2" />;
}

/** Higher than its neighbours, and pointed: a failure shows at any width, and without colour. */
function notched(x: number, width: number, { top, height }: Box): string {
  const peak = x + Math.min(width / 2, 4);
  const shoulder = Math.min(width, 8);
  return `M${x} ${top + height}V${top}L${peak} ${top - 4}L${x + shoulder} ${top}H${x + width}V${top + height}z`;
}

const SHARES: readonly (readonly [string, (run: LaneRun) => boolean])[] = [
  ['SUCCEEDED', ({ state }) => state === 'SUCCEEDED'],
  ['CANCELLED', ({ state }) => state === 'CANCELLED'],
  ['FAILED', ({ state }) => state === 'FAILED'],
];

/** Shares from below: what succeeded, what was cancelled, what failed. A seam says that it is more than one. */
export function SeveralBars({ mark: { runs, x, width }, box }: { mark: RunsMark; box: Box }) {
  let bottom = box.top + box.height;
  const parts: ReactNode[] = [];
  const counted = SHARES.map(([state, isOne]) => [state, runs.filter(isOne).length] as const);
  const all = Math.max(
    1,
    counted.reduce((sum, [, n]) => sum + n, 0),
  );
  for (const [state, n] of counted) {
    if (n === 0) continue;
    const height = (n / all) * box.height;
    bottom -= height;
    parts.push(
      state === 'FAILED' ? (
        // One failure of a hundred is seen.
        <path
          key={state}
          data-state={state}
          d={notched(x, width, { top: box.top, height: Math.max(4, height) })}
        />
      ) : (
        <rect key={state} data-state={state} x={x} y={bottom} width={width} height={height} />
      ),
    );
  }
  const seam = x + width / 2;
  return (
    <>
      {parts}
      <line className={styles['seam']} x1={seam} x2={seam} y1={box.top} y2={box.top + box.height} />
      {width > 26 && (
        <text x={x + width / 2} y={box.top + box.height / 2} dy="0.35em" textAnchor="middle">
          {runs.length}
        </text>
      )}
    </>
  );
}
