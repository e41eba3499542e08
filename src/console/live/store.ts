/** A value that changes, for `useSyncExternalStore`: the only state that lives outside of React. */
import { useSyncExternalStore } from 'react';

export type Store<T> = {
  get(): T;
  set(value: T): void;
  /** @returns what ends it. */
  subscribe(onChange: () => void): () => void;
};

export function createStore<T>(initial: T): Store<T> {
  const watchers = new Set<() => void>();
  let value = initial;
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const watcher of watchers) watcher();
    },
    subscribe(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
