/** How wide an element is, in CSS px, for pictures that are drawn to measure. */
import { useLayoutEffect, useState, type RefObject } from 'react';

/** 0 until it is on the page. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    // At once, so that the first picture that is seen is drawn already.
    const { paddingLeft, paddingRight } = getComputedStyle(element);
    setWidth(Math.floor(element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)));
    const observer = new ResizeObserver(([entry]) => {
      // One that has no room for a moment is not drawn anew from nothing after it: focus would be lost.
      if (entry) setWidth((before) => Math.floor(entry.contentRect.width) || before);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
