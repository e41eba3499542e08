/** A screen that one goes to begins at its top and has the focus, as a page that is loaded would. Going back leaves
 *  scrolling to the browser, which knows where one was. */
import { useEffect, useRef, type RefObject } from 'react';
import { useLocation } from 'wouter';

// `/p/sales/scenarios/42`, `/p/sales/settings`: tabs and filters within them are no other screen.
function screenOf(path: string): string {
  const parts = path.split('/');
  return parts.slice(0, parts[3] === 'settings' ? 4 : 5).join('/');
}

export function useArrival(main: RefObject<HTMLElement | null>): void {
  const [path] = useLocation();
  const screen = screenOf(path);
  const shown = useRef(screen);
  const isBack = useRef(false);

  useEffect(() => {
    const note = ({ type }: Event) => (isBack.current = type === 'popstate');
    const kinds = ['popstate', 'pushState', 'replaceState'];
    for (const kind of kinds) addEventListener(kind, note);
    return () => {
      for (const kind of kinds) removeEventListener(kind, note);
    };
  }, []);

  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    main.current?.focus({ preventScroll: true });
    if (!isBack.current) scrollTo(0, 0);
  }, [screen, main]);
}
