/** Who is signed in. The credential is a cookie that scripts cannot read; here is only what the API says of its owner.
 *  It lasts an hour and is renewed while the page is open, so that one left open for a day is still signed in. */
import { createStore, useStore } from './store.ts';

export type Me = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly must_reset_password: boolean;
  readonly org: { readonly id: number; readonly slug: string; readonly name: string };
  readonly default_project_id: number | null;
  readonly expires_at?: string;
};

export type SessionState =
  | { readonly state: 'unknown' }
  /** `why` in the server's words, when it ended by itself. */
  | { readonly state: 'out'; readonly why: string | null }
  | { readonly state: 'in'; readonly me: Me };

export type Refusal = {
  readonly message: string;
  readonly details: readonly { readonly path?: readonly string[]; readonly message: string }[];
};

// A renewed session is looked at again this long before its end.
const MARGIN_MS = 10 * 60_000;
const RETRY_MS = 15_000;

export const session = createStore<SessionState>({ state: 'unknown' });
export const useSession = (): SessionState => useStore(session);

let timer: ReturnType<typeof setTimeout> | undefined;
const onRenewed = new Set<() => void>();

/** Called whenever the cookie is a new one: what was opened with the old one ends with it. */
export function whenRenewed(act: () => void): void {
  onRenewed.add(act);
}

/** Asks who the cookie belongs to. Without an answer it asks again: no network is not "signed out". */
export async function findSession(): Promise<void> {
  try {
    const answer = await fetch('/api/auth/session');
    if (answer.status === 204) leave(null);
    else if (answer.ok) enter((await answer.json()) as Me);
    else later(findSession);
  } catch {
    // The API cannot be reached; the page says so by itself.
    later(findSession);
  }
}

/** @returns null, or why not. */
export async function signIn(username: string, password: string): Promise<Refusal | null> {
  try {
    const answer = await fetch('/api/auth/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    const body = (await answer.json()) as Me & Partial<Refusal>;
    if (!answer.ok) {
      return { message: body.message ?? answer.statusText, details: body.details ?? [] };
    }
    enter(body);
    return null;
  } catch {
    return { message: 'The server cannot be reached. Try again in a moment.', details: [] };
  }
}

/** Without an answer the cookie is still there, and it is said. */
export async function signOut(): Promise<void> {
  try {
    const answer = await fetch('/api/auth/session', { method: 'DELETE' });
    leave(answer.ok ? null : STILL_IN);
  } catch {
    leave(STILL_IN);
  }
}

const STILL_IN =
  'The server did not answer, so this browser is still signed in. Reload the page and sign out again.';

let renewing: Promise<boolean> | null = null;

/** Asks for a new cookie while the old one is good.
 *  @returns whether one is signed in still. */
export function renewSession(): Promise<boolean> {
  renewing ??= renew().finally(() => (renewing = null));
  return renewing;
}

async function renew(): Promise<boolean> {
  try {
    const answer = await fetch('/api/auth/session/renew', { method: 'POST' });
    if (answer.ok) {
      enter((await answer.json()) as Me);
      for (const act of onRenewed) act();
      return true;
    }
    if (answer.status === 401) {
      leave('Your session has ended. Sign in again; this page stays where it was.');
      return false;
    }
  } catch {
    // Offline, or the API restarts: asked again below.
  }
  later(renewSession);
  return session.get().state === 'in';
}

/** Whose answers the page holds. */
let owner: number | null = null;

function enter(me: Me) {
  // What one person was shown is nothing for the next.
  if (owner !== null && owner !== me.id) location.reload();
  owner = me.id;
  session.set({ state: 'in', me });
  const left = me.expires_at ? Date.parse(me.expires_at) - Date.now() : 60 * 60_000;
  later(renewSession, Math.max(RETRY_MS, left - MARGIN_MS));
}

/** One has a password of one's own now, and goes on to where one wanted to go. */
export function passwordChanged(): void {
  const now = session.get();
  if (now.state !== 'in') return;
  session.set({ state: 'in', me: { ...now.me, must_reset_password: false } });
}

function leave(why: string | null) {
  clearTimeout(timer);
  session.set({ state: 'out', why });
}

function later(act: () => Promise<unknown>, ms = RETRY_MS) {
  clearTimeout(timer);
  timer = setTimeout(() => void act(), ms);
}
