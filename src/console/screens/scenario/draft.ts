/** What is typed and not saved yet, by scenario. It outlives the screen and the session, so that nothing typed is lost
 *  by looking elsewhere; leaving for good asks first. */
import { useCallback } from 'react';
import { session } from '../../live/session.ts';
import { createStore, useStore } from '../../live/store.ts';
import { saysTheSame, type Configuration } from './editor/configuration.ts';

export type Base = {
  /** That it started from; null: a new scenario. */
  readonly version: number | null;
  readonly configuration: Configuration;
};

export type Draft = {
  readonly base: Base;
  /** The one source of truth, as last readable. */
  readonly configuration: Configuration;
  /** The YAML as it was typed; null: it is written from the configuration. */
  readonly text: string | null;
  /** The YAML cannot be read: `configuration` is from before. */
  readonly unreadable: boolean;
};

const drafts = createStore<ReadonlyMap<string, Draft>>(new Map());

// Another person may sign in at this page.
session.subscribe(() => {
  const now = session.get();
  if (now.state === 'out' && now.why === null) drafts.set(new Map());
});

export const draftOf = (base: Base): Draft => ({
  base,
  configuration: base.configuration,
  text: null,
  unreadable: false,
});

export function isChanged({ unreadable, configuration, base }: Draft): boolean {
  return unreadable || !saysTheSame(configuration, base.configuration, base.configuration);
}

/** @param key the number of the scenario, or where a new one goes. */
export function useDraft(key: string): {
  readonly draft: Draft | null;
  readonly keep: (draft: Draft) => void;
  readonly discard: () => void;
} {
  const draft = useStore(drafts).get(key) ?? null;
  const keep = useCallback(
    (next: Draft) => drafts.set(new Map(drafts.get()).set(key, next)),
    [key],
  );
  const discard = useCallback(() => dropDraft(key), [key]);
  return { draft, keep, discard };
}

export function dropDraft(key: string): void {
  const rest = new Map(drafts.get());
  rest.delete(key);
  drafts.set(rest);
}

export function hasChanges(key: string): boolean {
  const draft = drafts.get().get(key);
  return draft !== undefined && isChanged(draft);
}

export function useIsChanged(key: string): boolean {
  const draft = useStore(drafts).get(key);
  return draft !== undefined && isChanged(draft);
}
