/** Which rows and columns of a box that scrolls both ways are in view. All are of one size, so that it is arithmetic. */
import { useLayoutEffect, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import type { Range } from './read-matrix.ts';

export type Grid = {
  readonly rows: number;
  readonly columns: number;
  /** In px, as is all that follows. */
  readonly height: number;
  readonly width: number;
  /** What sticks to the edges of the box. */
  readonly head: number;
  readonly lead: number;
};

export type InView = {
  readonly rows: Range;
  readonly columns: Range;
  /** Where cells are drawn: what only flies past has none. */
  readonly drawn: { readonly rows: Range; readonly columns: Range };
  readonly isMoving: boolean;
};

// What is drawn around the view, and in which steps: a picture then mostly finds everything drawn.
const ROWS = { beyond: 4, step: 4 };
const COLUMNS = { beyond: 2, step: 2 };
const REST_MS = 120;
// From one picture to the next, in px; faster than this nobody reads.
const FLYING = 200;

export function useRange(box: RefObject<HTMLElement | null>, grid: Grid): InView {
  const { rows, columns, height, width, head, lead } = grid;
  const [inView, setInView] = useState<InView>(() => {
    const first = {
      rows: { from: 0, to: Math.min(rows, 24) },
      columns: { from: 0, to: Math.min(columns, 12) },
    };
    return { ...first, drawn: first, isMoving: false };
  });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    let [lastTop, lastLeft] = [element.scrollTop, element.scrollLeft];
    const look = (isMoving: boolean) => {
      const { scrollTop, scrollLeft, clientHeight, clientWidth } = element;
      const by = Math.max(Math.abs(scrollTop - lastTop), Math.abs(scrollLeft - lastLeft));
      [lastTop, lastLeft] = [scrollTop, scrollLeft];
      const isFlying = isMoving && by > FLYING;
      const seen = {
        rows: rangeOf(scrollTop, clientHeight - head, { size: height, count: rows, ...ROWS }),
        columns: rangeOf(scrollLeft, clientWidth - lead, {
          ...{ size: width, count: columns },
          ...COLUMNS,
        }),
      };
      setInView((before) => {
        const drawn = isFlying ? before.drawn : seen;
        const isSame =
          before.isMoving === isMoving && isAlike(before, seen) && isAlike(before.drawn, drawn);
        return isSame
          ? before
          : { ...kept(before, seen), drawn: kept(before.drawn, drawn), isMoving };
      });
    };
    let resting: ReturnType<typeof setTimeout> | undefined;
    const scrolled = () => {
      clearTimeout(resting);
      resting = setTimeout(() => look(false), REST_MS);
      // In the same picture, or what comes into view is white in it.
      flushSync(() => look(true));
    };
    look(false);
    element.addEventListener('scroll', scrolled, { passive: true });
    const observer = new ResizeObserver(() => look(false));
    observer.observe(element);
    return () => {
      clearTimeout(resting);
      element.removeEventListener('scroll', scrolled);
      observer.disconnect();
    };
  }, [box, rows, columns, height, width, head, lead]);
  return inView;
}

function rangeOf(
  at: number,
  extent: number,
  { size, count, beyond, step }: { size: number; count: number; beyond: number; step: number },
): Range {
  const first = Math.floor(at / size / step) * step - beyond;
  const last = Math.ceil((at + Math.max(extent, size)) / size / step) * step + beyond;
  return { from: Math.max(0, Math.min(first, count)), to: Math.min(count, last) };
}

type Ranges = { readonly rows: Range; readonly columns: Range };

const isOne = (a: Range, b: Range) => a.from === b.from && a.to === b.to;
const isAlike = (a: Ranges, b: Ranges) => isOne(a.rows, b.rows) && isOne(a.columns, b.columns);

/** What did not change stays the same object. */
const kept = (before: Ranges, next: Ranges): Ranges => ({
  rows: isOne(before.rows, next.rows) ? before.rows : next.rows,
  columns: isOne(before.columns, next.columns) ? before.columns : next.columns,
});

/** CSS px of a rem: readers choose the size of their text. */
export const remPx = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
