/** Where the list begins on the page, and how much room it has: known before it is painted. */
import { useLayoutEffect, useState, type RefObject } from 'react';

export type Shape = {
  /** Px from the top of the page. */
  readonly top: number;
  /** Columns; columns with the trigger below the due time; cards. */
  readonly shape: 'wide' | 'tight' | 'cards';
  /** In px: readers choose the size of their text. */
  readonly rem: number;
};

// In rem: of the window, where the rail goes below the page, and of the list.
const PHONE = 52;
const TIGHT_FROM = 46;
const WIDE_FROM = 62;

export function useShape(box: RefObject<HTMLElement | null>): Shape {
  const [shape, setShape] = useState<Shape>({ top: 0, shape: 'wide', rem: 16 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => {
      const next = measure(element);
      setShape((before) => (isSame(before, next) ? before : next));
    };
    look();
    // What stands above it may wrap, or a notice may come.
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [box]);
  return shape;
}

function measure(element: HTMLElement): Shape {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const { top, width } = element.getBoundingClientRect();
  const isPhone = matchMedia(`(max-width: ${PHONE}rem)`).matches;
  const room = width / rem;
  return {
    top: Math.round(top + scrollY),
    shape: isPhone || room < TIGHT_FROM ? 'cards' : room < WIDE_FROM ? 'tight' : 'wide',
    rem,
  };
}

function isSame(a: Shape, b: Shape): boolean {
  return a.top === b.top && a.shape === b.shape && a.rem === b.rem;
}
