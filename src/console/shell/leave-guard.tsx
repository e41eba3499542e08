/** Asks before one leaves what is not saved: by a link, by the back button, by closing the tab. */
import { useEffect, useState, type ReactNode } from 'react';
import { Router } from 'wouter';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';

export type Held = {
  /** There is something to lose. Asked at the moment of leaving. */
  isHeld(): boolean;
  /** The path is still within what holds it. */
  stays(path: string): boolean;
  /** What is not saved is to be dropped. */
  letGo(): void;
};

let held: Held | null = null;

/** For as long as the component is on the page. One screen at a time holds something. */
export function useLeaveGuard(given: Held): void {
  useEffect(() => {
    held = given;
    const ask = (event: BeforeUnloadEvent) => {
      if (given.isHeld()) event.preventDefault();
    };
    addEventListener('beforeunload', ask);
    return () => {
      removeEventListener('beforeunload', ask);
      if (held === given) held = null;
    };
  }, [given]);
}

const isAsked = (to: string) => held !== null && held.isHeld() && !held.stays(pathOf(to));
const pathOf = (to: string) => new URL(to, location.href).pathname;

export function LeaveGuard({ children }: { children: ReactNode }) {
  // What is done once one has said that the changes may go.
  const [leave, setLeave] = useState<(() => void) | null>(null);
  useEffect(() => guardHistory((go) => setLeave(() => go)), []);
  const stay = () => setLeave(null);
  return (
    <Router
      aroundNav={(navigate, to, options) => {
        if (!isAsked(to)) return navigate(to, options);
        setLeave(() => () => navigate(to, options));
      }}
    >
      {children}
      <Dialog
        open={leave !== null}
        onClose={stay}
        title="Leave without saving?"
        actions={
          <>
            <Button onClick={stay}>Stay</Button>
            <Button
              kind="danger"
              onClick={() => {
                held?.letGo();
                stay();
                leave?.();
              }}
            >
              Leave and drop the changes
            </Button>
          </>
        }
      >
        <p>What you have changed here is not saved yet.</p>
      </Dialog>
    </Router>
  );
}

/** The browser has gone already when it tells: it is brought back, and goes once it may.
 *  @returns what ends it. */
function guardHistory(ask: (go: () => void) => void): () => void {
  let index = indexNow();
  let isReturning = false;
  const note = () => (index = indexNow());
  const meet = (event: PopStateEvent) => {
    if (isReturning) {
      // Back where one was: nothing on the page has changed meanwhile.
      isReturning = false;
      event.stopImmediatePropagation();
      return;
    }
    const by = indexNow() - index || -1;
    if (!isAsked(location.href)) return note();
    event.stopImmediatePropagation();
    isReturning = true;
    history.go(-by);
    ask(() => history.go(by));
  };
  // Before the router hears of it.
  addEventListener('popstate', meet, { capture: true });
  addEventListener('pushState', note);
  addEventListener('replaceState', note);
  return () => {
    removeEventListener('popstate', meet, { capture: true });
    removeEventListener('pushState', note);
    removeEventListener('replaceState', note);
  };
}

/** Where one is in the tab's history; 0 where the browser does not tell, and back is the way one came. */
function indexNow(): number {
  return 'navigation' in window ? (window.navigation.currentEntry?.index ?? 0) : 0;
}
