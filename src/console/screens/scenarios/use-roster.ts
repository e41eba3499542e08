/** The list of a project's scenarios, live, with the last runs of those in view. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { createStore, useStore, type Store } from '../../live/store.ts';
import { useSession } from '../../live/session.ts';
import type { Filters } from './filters.ts';
import { readRoster, type RosterReader, type RosterState } from './read-roster.ts';
import { readStrips, type StripReader, type Strips } from './read-strips.ts';

export type LiveRoster = RosterState & {
  readonly strips: Strips;
  /** What is shown is still that of other filters. */
  readonly isOld: boolean;
  reread(): void;
  look: StripReader['look'];
};

type Held = { readonly key: string; readonly state: RosterState; readonly strips: Strips };

const NOTHING: Held = {
  key: '',
  state: { rows: [], total: null, isComplete: false, error: null, pulse: 0 },
  strips: new Map(),
};

/** What was shown last, so that whoever comes back finds it where it was. */
let kept: Held = NOTHING;

/** @param filters the same object until they change. For another project the component must be another one. */
export function useRoster(projectId: string, filters: Filters): LiveRoster {
  const client = useClient();
  const session = useSession();
  const me = session.state === 'in' ? session.me.id : 0;
  const key = JSON.stringify([me, projectId, filters]);
  const [held] = useState<Store<Held>>(() => createStore(kept.key === key ? kept : NOTHING));
  const readers = useRef<{ roster: RosterReader; strips: StripReader }>(null);

  useEffect(() => {
    const put = (change: Partial<Held>) => {
      kept = { ...held.get(), ...change };
      held.set(kept);
    };
    const roster = readRoster(client, projectId, filters, (change) => {
      const state = { ...held.get().state, ...change };
      put(change.rows ? { key, state } : { state });
    });
    const strips = readStrips(client, projectId, roster, (given) => put({ strips: given }));
    readers.current = { roster, strips };
    return () => {
      roster.close();
      strips.close();
      readers.current = null;
    };
  }, [client, projectId, filters, held, key]);

  const reread = useCallback(() => readers.current?.roster.reread(), []);
  const look = useCallback<StripReader['look']>(
    (ids, isMoving) => readers.current?.strips.look(ids, isMoving),
    [],
  );
  const { key: shownKey, state, strips } = useStore(held);
  return { ...state, strips, isOld: shownKey !== key, reread, look };
}
