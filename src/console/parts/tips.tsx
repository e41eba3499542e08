/** Tips for many things at once, as in a list of thousands: one tooltip for all, shown for whatever below carries
 *  `data-tip` (its words), `data-tip-at` (an instant; `data-tip-zone` another zone for it) or `data-tip-cut` (its own
 *  text, where that does not fit). */
import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { fullMoment, readerZone } from '../words/time.ts';
import styles from './tip.module.css';

type Shown = { readonly anchor: HTMLElement; readonly lines: readonly string[] };
type Pointing = { enter(): void; leave(): void };

const MARKED = '[data-tip],[data-tip-at],[data-tip-cut]';
const DELAY_MS = 350;
// Long enough to reach the tip itself with the pointer.
const LEAVE_MS = 120;

export function Tips({ children, className }: { children: ReactNode; className?: string }) {
  const box = useRef<HTMLDivElement>(null);
  const { shown, pointing } = usePointedAt(box);
  return (
    <div ref={box} className={className}>
      {children}
      <Tooltip.Root open={shown !== null}>
        <Tooltip.Portal>
          <Tooltip.Positioner
            anchor={shown?.anchor}
            sideOffset={6}
            collisionPadding={8}
            className={styles['place']}
          >
            <Tooltip.Popup
              className={styles['tip']}
              onPointerEnter={() => pointing.current?.enter()}
              onPointerLeave={() => pointing.current?.leave()}
            >
              {shown?.lines.map((line) => (
                <div key={line}>{line}</div>
              ))}
            </Tooltip.Popup>
          </Tooltip.Positioner>
        </Tooltip.Portal>
      </Tooltip.Root>
    </div>
  );
}

/** What the pointer rests on, or what has the keyboard's focus. */
function usePointedAt(box: RefObject<HTMLElement | null>) {
  const [shown, setShown] = useState<Shown | null>(null);
  const pointing = useRef<Pointing>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const over = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pointed: HTMLElement | null = null;
    const turnTo = (next: HTMLElement | null, ms: number) => {
      if (next === pointed) return;
      pointed = next;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const lines = next?.isConnected ? linesOf(next) : [];
        setShown(next && lines.length > 0 ? { anchor: next, lines } : null);
      }, ms);
    };
    pointing.current = {
      enter: () => clearTimeout(timer),
      leave: () => {
        pointed = null;
        setShown(null);
      },
    };
    const options = { signal: over.signal, passive: true };
    const marked = ({ target }: Event) =>
      target instanceof Element ? target.closest<HTMLElement>(MARKED) : null;
    element.addEventListener(
      'pointerover',
      (event) => {
        if (event.pointerType === 'touch') return;
        const next = marked(event);
        turnTo(next, next ? DELAY_MS : LEAVE_MS);
      },
      options,
    );
    element.addEventListener('pointerleave', () => turnTo(null, LEAVE_MS), options);
    element.addEventListener(
      'focusin',
      (event) => {
        if ((event.target as Element).matches(':focus-visible')) turnTo(marked(event), 0);
      },
      options,
    );
    element.addEventListener('focusout', () => turnTo(null, 0), options);
    addEventListener('scroll', () => pointed && turnTo(null, 0), options);
    addEventListener('keydown', ({ key }) => key === 'Escape' && turnTo(null, 0), options);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [box]);
  return { shown, pointing };
}

function linesOf(element: HTMLElement): readonly string[] {
  const { tip, tipAt, tipZone = readerZone } = element.dataset;
  if (tip !== undefined) return [tip];
  if (tipAt !== undefined) return [...new Set([fullMoment(tipAt), fullMoment(tipAt, tipZone)])];
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
  const fits = scrollWidth <= clientWidth && scrollHeight <= clientHeight + 1;
  return fits ? [] : [element.textContent];
}
