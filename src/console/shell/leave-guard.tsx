/** Asks before one leaves what is not saved: by a link, by the back button, by closing the tab. */
import { useEffect, type ReactNode } from 'react';
import { Router, type AroundNavHandler } from 'wouter';
import { createStore, useStore } from '../live/store.ts';
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

/** What is done once one has said that the changes may go; null: nobody is asked. */
const asked = createStore<(() => void) | null>(null);

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

const mayNot = (to: string) => held !== null && held.isHeld() && !held.stays(pathOf(to));
const pathOf = (to: string) => new URL(to, location.href).pathname;

const aroundNav: AroundNavHandler = (navigate, to, options) => {
  const go = () => navigate(to, options);
  if (mayNot(to)) asked.set(go);
  else go();
};

export function LeaveGuard({ children }: { children: ReactNode }) {
  const leave = useStore(asked);
  const stay = () => asked.set(null);
  return (
    <Router aroundNav={aroundNav}>
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

// Listeners of a window are called in the order in which they came, so this stands here and not in an effect: the
// router must not hear of what is taken back.
addEventListener('popstate', meet);
addEventListener('pushState', note);
addEventListener('replaceState', note);

let index = indexNow();
/** What was taken back, until the browser is where it was. */
let takenBack: (() => void) | null = null;

function note() {
  index = indexNow();
}

/** The browser has gone already when it tells: it is brought back, and goes once it may. */
function meet(event: PopStateEvent) {
  if (takenBack) {
    asked.set(takenBack);
    takenBack = null;
    return;
  }
  if (!mayNot(location.href)) return note();
  const by = indexNow() - index || -1;
  event.stopImmediatePropagation();
  takenBack = () => history.go(by);
  history.go(-by);
}

/** Where one is in the tab's history; 0 where the browser does not tell, and back is the way one came. */
function indexNow(): number {
  return 'navigation' in window ? (window.navigation.currentEntry?.index ?? 0) : 0;
}
