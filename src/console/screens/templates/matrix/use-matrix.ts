/** The matrix for these filters, live. */
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useClient } from 'urql';
import { createStore, useStore } from '../../../live/store.ts';
import type { Filters } from '../filters.ts';
import { readMatrix, UNREAD, type MatrixReader, type MatrixState } from './read-matrix.ts';

export type LiveMatrix = MatrixState &
  Omit<MatrixReader, 'close'> & {
    /** What is shown is still that of other filters. */
    readonly isOld: boolean;
  };

/** @param filters the same object until they change. */
export function useMatrix(filters: Filters): LiveMatrix {
  const client = useClient();
  const store = useMemo(() => createStore<MatrixState>(UNREAD), []);
  const reader = useRef<MatrixReader>(null);
  useEffect(() => {
    const made = readMatrix(client, filters, (change) => store.set({ ...store.get(), ...change }));
    reader.current = made;
    return () => {
      made.close();
      reader.current = null;
    };
  }, [client, filters, store]);
  const look = useCallback<MatrixReader['look']>(
    (rows, columns, isMoving) => reader.current?.look(rows, columns, isMoving),
    [],
  );
  const learn = useCallback<MatrixReader['learn']>((told) => reader.current?.learn(told), []);
  const complete = useCallback<MatrixReader['complete']>(
    async (rows, columns) => reader.current?.complete(rows, columns) ?? null,
    [],
  );
  const reread = useCallback(() => reader.current?.reread(), []);
  const state = useStore(store);
  return { ...state, isOld: state.of !== filters, look, learn, complete, reread };
}
