/** The lanes of a run's picture: one for its time in the queue, and one for each step. */
import { memo } from 'react';
import type { Scale } from '../../parts/axis.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { lookOf, STEP_LOOKS } from '../../words/states.ts';
import { span } from '../../words/time.ts';
import { barsOf, tookMs, type Bar } from './gantt-layout.ts';
import type { RunView, StepView } from './run-view.ts';
import styles from './gantt.module.css';

// A bar of no length is still to be seen.
const THINNEST = 3;
const HEIGHT = 22;
const GLYPH_FROM = 20;
// A wait that is not worth a line where lines are dear.
const SLIGHT = 6;

export const Lane = memo(function Lane({
  step,
  scale,
  nowMs,
  shown,
  onOpen,
  controls,
  patterns,
}: {
  step: StepView;
  scale: Scale;
  /** 0 for a lane in which nothing moves. */
  nowMs: number;
  shown: boolean;
  onOpen: (pos: number) => void;
  controls: string;
  patterns: string;
}) {
  const took = tookMs(step, nowMs);
  return (
    <li>
      <button
        type="button"
        className={styles['lane']}
        aria-expanded={shown}
        aria-controls={controls}
        data-step={step.pos}
        onClick={() => onOpen(step.pos)}
      >
        <span className={styles['name']}>
          <StateMark looks={STEP_LOOKS} state={step.state} quiet />
          <span className={styles['cut']} title={step.name}>
            {step.name}
          </span>
          {step.attempt > 1 && (
            <span className={styles['again']} title={`Attempt ${step.attempt}`}>
              <span className="visually-hidden">attempt </span>×{step.attempt}
            </span>
          )}
        </span>
        <span className={styles['track']}>
          <svg width={scale.width} height={HEIGHT} aria-hidden="true">
            {barsOf(step).map((bar) => (
              <BarShape
                key={bar.key}
                bar={bar}
                step={step}
                scale={scale}
                nowMs={nowMs}
                patterns={patterns}
              />
            ))}
          </svg>
          <Aside step={step} />
        </span>
        <span className={styles['took']}>{took === null ? '' : span(took)}</span>
      </button>
    </li>
  );
});

/** In the place of a bar, why there is none. */
function Aside({ step }: { step: StepView }) {
  if (step.attempts.length > 0 || step.state === 'PENDING') return null;
  const { label } = lookOf(STEP_LOOKS, step.state);
  return (
    <span className={styles['aside']}>
      <span>{step.reusedFrom === null ? label : `Taken over from run ${step.reusedFrom}`}</span>
    </span>
  );
}

function BarShape({
  bar: { state, fromMs, toMs },
  step,
  scale,
  nowMs,
  patterns,
}: {
  bar: Bar;
  step: StepView;
  scale: Scale;
  nowMs: number;
  patterns: string;
}) {
  // One at the very end keeps inside.
  const x = Math.min(scale.x(fromMs), scale.width - THINNEST);
  const width = Math.max(scale.x(toMs ?? nowMs) - x, THINNEST);
  const middle = HEIGHT / 2;
  if (state === 'PAUSE')
    return <line className={styles['pause']} x1={x} x2={x + width} y1={middle} y2={middle} />;
  const rect = { x, y: 3, width, height: HEIGHT - 6, rx: Math.min(3, width / 2) };
  if (state === 'RUNNING') {
    const { done, total } = step.progress ?? { done: 0, total: null };
    const share = total ? Math.min(1, done / total) : null;
    return (
      <g className={styles['running']}>
        <rect {...rect} data-open={share === null || undefined} />
        {share !== null && <rect {...rect} data-done width={width * share} />}
      </g>
    );
  }
  const pattern = ['LOST', 'CANCELLED'].includes(state) ? state.toLowerCase() : null;
  return (
    <g>
      <rect
        {...rect}
        className={styles['bar']}
        data-state={state}
        {...(pattern && { style: { fill: `url(#${patterns}${pattern})` } })}
      />
      {width >= GLYPH_FROM && <Glyph state={state} x={x + width - 11} y={middle} />}
    </g>
  );
}

/** At the end of a bar that has room for it. */
function Glyph({ state, x, y }: { state: string; x: number; y: number }) {
  const paths: Readonly<Record<string, string>> = {
    SUCCEEDED: `M${x - 3.5} ${y + 0.5}l2.5 2.5 5-5.5`,
    FAILED: `M${x - 3} ${y - 3}l6 6m0-6-6 6`,
  };
  return <path className={styles['glyph']} d={paths[state]} />;
}

/** How long it waited for a worker, or behind another run. */
export function QueueLane({
  run,
  scale,
  nowMs,
  cutMs,
  patterns,
}: {
  run: RunView & { readonly createdAt: string };
  scale: Scale;
  nowMs: number;
  cutMs: number;
  patterns: string;
}) {
  const fromMs = Date.parse(run.createdAt);
  const endedAt = run.startedAt ?? run.finishedAt;
  const toMs = endedAt === null ? nowMs : Date.parse(endedAt);
  const x = scale.x(fromMs);
  const width = Math.max(scale.x(toMs) - x, 1);
  return (
    <div className={styles['lane']} data-queue={width < SLIGHT ? 'slight' : 'long'}>
      <span className={styles['name']}>In the queue</span>
      <span className={styles['track']}>
        <svg width={scale.width} height={HEIGHT} aria-hidden="true">
          <rect
            x={x}
            y={HEIGHT / 2 - 2}
            width={width}
            height="4"
            style={{ fill: `url(#${patterns}wait)` }}
          />
          {cutMs > 0 && <path className={styles['torn']} d={`M${x + 5} 4l-3 4 4 3-4 4 3 4`} />}
        </svg>
      </span>
      <span className={styles['took']}>{span(toMs - fromMs)}</span>
    </div>
  );
}
