/** Where the keyboard is in the grid: one cell can be reached by Tab, the others by the arrows. Row -1 is the head,
 *  column -1 the first one. */
import { useEffect, useState, type KeyboardEvent, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import type { Grid } from './use-range.ts';

export type Spot = { readonly row: number; readonly column: number };

export function useActive(box: RefObject<HTMLElement | null>, grid: Grid) {
  const [wanted, setActive] = useState<Spot>({ row: 0, column: 0 });
  const { rows, columns } = grid;
  const active = within(wanted, grid);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const note = ({ target }: FocusEvent) => {
      const at = (target as HTMLElement).dataset['at']?.split(':').map(Number);
      if (at) setActive({ row: at[0]!, column: at[1]! });
    };
    element.addEventListener('focusin', note);
    return () => element.removeEventListener('focusin', note);
  }, [box]);

  function goTo(asked: Spot) {
    const element = box.current;
    if (!element) return;
    const spot = within(asked, grid);
    // The corner is a heading and leads nowhere.
    if (spot.row === -1 && spot.column === -1) return;
    scrollTo(element, spot, grid);
    flushSync(() => setActive(spot));
    const at = `${spot.row}:${spot.column}`;
    element.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus({ preventScroll: true });
  }

  return {
    active,
    moveBy(event: KeyboardEvent) {
      const isWithin = (event.target as HTMLElement).dataset['at'] !== undefined;
      if (!isWithin || event.altKey || event.shiftKey) return;
      const { row, column } = active;
      const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / grid.height) - 2);
      const isFar = event.ctrlKey || event.metaKey;
      const steps: Readonly<Record<string, Spot>> = {
        ArrowDown: { row: isFar ? rows - 1 : row + 1, column },
        ArrowUp: { row: isFar ? 0 : row - 1, column },
        ArrowRight: { row, column: isFar ? columns - 1 : column + 1 },
        ArrowLeft: { row, column: isFar ? 0 : column - 1 },
        PageDown: { row: row + page, column },
        PageUp: { row: Math.max(0, row - page), column },
        Home: { row: isFar ? 0 : row, column: 0 },
        End: { row: isFar ? rows - 1 : row, column: columns - 1 },
      };
      const next = steps[event.key];
      if (!next) return;
      event.preventDefault();
      goTo(next);
    },
  };
}

const within = ({ row, column }: Spot, { rows, columns }: Grid): Spot => ({
  row: Math.max(-1, Math.min(rows - 1, row)),
  column: Math.max(-1, Math.min(columns - 1, column)),
});

/** So that it lies clear of what sticks to the edges. */
function scrollTo(box: HTMLElement, { row, column }: Spot, grid: Grid): void {
  const { height, width, head, lead } = grid;
  const [top, left] = [row * height, column * width];
  if (row >= 0) {
    box.scrollTop = Math.min(top, Math.max(box.scrollTop, top + height + head - box.clientHeight));
  }
  if (column >= 0) {
    box.scrollLeft = Math.min(
      left,
      Math.max(box.scrollLeft, left + width + lead - box.clientWidth),
    );
  }
}
