/** One tab stop for a picture with many marks: arrows go from mark to mark, Home and End to the ends of a lane. Marks
 *  carry `data-mark` and `tabIndex={-1}`, and lie in lanes with `data-lane`. */
import { useEffect, type FocusEvent, type KeyboardEvent, type RefObject } from 'react';

type Element = SVGElement | HTMLElement;

const MARKS = '[data-mark]';

export function useRoving(box: RefObject<HTMLElement | null>) {
  // Which mark is the stop stands on the marks themselves: of a thousand, two change.
  useEffect(() => {
    const { current } = box;
    if (!current || current.querySelector(`${MARKS}[tabindex="0"]`)) return;
    const first = current.querySelector<Element>(MARKS);
    if (first) first.tabIndex = 0;
  });

  return {
    onFocus({ target }: FocusEvent) {
      const mark = target.closest<Element>(MARKS);
      if (!mark || mark.tabIndex === 0) return;
      for (const other of box.current?.querySelectorAll<Element>(`${MARKS}[tabindex="0"]`) ?? []) {
        other.tabIndex = -1;
      }
      mark.tabIndex = 0;
    },
    onKeyDown(event: KeyboardEvent) {
      const mark = (event.target as globalThis.Element).closest<Element>(MARKS);
      if (!mark || event.altKey || event.ctrlKey || event.metaKey) return;
      const next = neighbour(mark, event.key);
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
    },
  };
}

function neighbour(mark: Element, key: string): Element | undefined {
  const lane = mark.closest('[data-lane]');
  if (!lane) return undefined;
  const marks = [...lane.querySelectorAll<Element>(MARKS)];
  const at = marks.indexOf(mark);
  if (key === 'ArrowRight') return marks[at + 1];
  if (key === 'ArrowLeft') return marks[at - 1];
  if (key === 'Home') return marks[0];
  if (key === 'End') return marks.at(-1);
  if (key === 'ArrowDown') return nearest(mark, lane.nextElementSibling);
  if (key === 'ArrowUp') return nearest(mark, lane.previousElementSibling);
  return undefined;
}

/** The mark of another lane that lies closest below or above. */
function nearest(mark: Element, lane: globalThis.Element | null): Element | undefined {
  const x = middle(mark);
  return [...(lane?.querySelectorAll<Element>(MARKS) ?? [])]
    .map((each) => [Math.abs(middle(each) - x), each] as const)
    .sort(([a], [b]) => a - b)
    .at(0)?.[1];
}

function middle(mark: Element): number {
  const { left, right } = mark.getBoundingClientRect();
  return (left + right) / 2;
}
