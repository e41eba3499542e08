/** A state as shape, colour and word. The shapes are drawn here, 16 by 16, so that no two states differ by colour
 *  alone. */
import type { ReactNode } from 'react';
import { lookOf, type Shape, type StateLook } from '../words/states.ts';
import styles from './state-mark.module.css';

const ring = <circle cx="8" cy="8" r="5.75" fill="none" stroke="currentColor" strokeWidth="1.5" />;
const disc = <circle cx="8" cy="8" r="6.5" fill="currentColor" />;
const cut = {
  fill: 'none',
  stroke: 'var(--mark-cut)',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;
const line = { ...cut, stroke: 'currentColor' } as const;

const SHAPES: Readonly<Record<Shape, ReactNode>> = {
  check: (
    <>
      {disc}
      <path d="m5 8.2 2.1 2.1L11.2 6" {...cut} />
    </>
  ),
  cross: (
    <>
      <path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z" fill="currentColor" />
      <path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" {...cut} />
    </>
  ),
  play: (
    <>
      <circle
        cx="8"
        cy="8"
        r="5.75"
        fill="none"
        stroke="currentColor"
        strokeOpacity=".3"
        strokeWidth="1.8"
      />
      <path
        className={styles['turning']}
        d="M8 2.25A5.75 5.75 0 0 1 13.75 8"
        {...line}
        strokeWidth={1.8}
      />
      <path d="M6.6 5.4v5.2L10.7 8z" fill="currentColor" />
    </>
  ),
  ring,
  dots: (
    <>
      <circle
        cx="8"
        cy="8"
        r="5.75"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeDasharray="2.2 2.3"
      />
      <path d="M8 5v3.2l1.9 1.2" {...line} strokeWidth={1.4} />
    </>
  ),
  slash: (
    <>
      {ring}
      <path d="m4.2 11.8 7.6-7.6" {...line} strokeWidth={1.5} />
    </>
  ),
  skip: (
    <>
      <path d="M3.5 4v8l5-4z" fill="currentColor" />
      <path d="M11.5 4v8" {...line} strokeWidth={2} />
    </>
  ),
  undo: <path d="M5.5 3 3 5.5 5.5 8M3.5 5.5h6a3.5 3.5 0 0 1 0 7H6" {...line} />,
  reuse: (
    <path d="M12.8 7A5 5 0 0 0 4 5L3 6m.2 3A5 5 0 0 0 12 11l1-1M3 3v3h3m7 7v-3h-3" {...line} />
  ),
  pause: (
    <>
      {disc}
      <path d="M6.3 5.5v5m3.4-5v5" {...cut} />
    </>
  ),
  off: (
    <>
      <rect
        x="1.5"
        y="4.5"
        width="13"
        height="7"
        rx="3.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
      <circle cx="5" cy="8" r="1.8" fill="currentColor" />
    </>
  ),
  bolt: <path d="M8 1.5 14.8 13.5H1.2zM8 6v3.5m0 1.9v.1" {...line} strokeWidth={1.5} />,
  clock: (
    <>
      {ring}
      <path d="M8 5v3.2l2 1.3" {...line} strokeWidth={1.4} />
    </>
  ),
  question: (
    <>
      {ring}
      <path
        d="M6.5 6.5a1.5 1.5 0 1 1 2.2 1.3c-.5.3-.7.6-.7 1.2m0 2v.1"
        {...line}
        strokeWidth={1.4}
      />
    </>
  ),
};

type Looks = Readonly<Record<string, StateLook>>;

/** The mark and its word. `quiet` leaves the word to screen readers; put it into a tooltip then. */
export function StateMark({
  looks,
  state,
  quiet = false,
}: {
  looks: Looks;
  state: string;
  quiet?: boolean;
}) {
  const { label, tone, shape } = lookOf(looks, state);
  return (
    <span className={styles['mark']} data-tone={tone} data-state={state}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {SHAPES[shape]}
      </svg>
      <span className={quiet ? 'visually-hidden' : undefined}>{label}</span>
    </span>
  );
}
