/** What saving a template would do: asked while one types, a moment after the last key. */
import { useEffect, useRef, useState } from 'react';
import type { CombinedError } from 'urql';
import { TemplatePlannedDocument, type TemplatePlannedQuery } from '../../../generated/graphql.ts';
import { createUncachedGraphQL } from '../../../live/client.ts';
import type { Configuration } from '../../scenario/editor/configuration.ts';

export type Plan = TemplatePlannedQuery['planTemplate'];

export type Planned = {
  /** The last answer; null: none yet. */
  readonly plan: Plan | null;
  /** It is about the configuration as it is now. */
  readonly settled: boolean;
  readonly error: CombinedError | null;
};

const PAUSE_MS = 400;

// Every key makes another question; nobody asks one twice.
const uncached = createUncachedGraphQL();

/** @param id null: a new one. @param pulse changes when its cells may have: then it is asked again. */
export function useTemplatePlan({
  id,
  configuration,
  pulse,
  pause,
}: {
  id: string | null;
  configuration: Configuration;
  pulse: unknown;
  pause: boolean;
}): Planned {
  const [answer, setAnswer] = useState<{
    readonly about: Configuration;
    readonly plan: Plan | null;
    readonly error: CombinedError | null;
  } | null>(null);
  const asked = useRef(false);
  useEffect(() => {
    if (pause) return;
    let gone = false;
    const ask = async () => {
      asked.current = true;
      const { data, error } = await uncached
        .query(TemplatePlannedDocument, { id, configuration })
        .toPromise();
      if (gone) return;
      setAnswer((before) => ({
        about: configuration,
        plan: data?.planTemplate ?? before?.plan ?? null,
        error: error ?? null,
      }));
    };
    const timer = setTimeout(() => void ask(), asked.current ? PAUSE_MS : 0);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, configuration, pulse, pause]);
  return {
    plan: answer?.plan ?? null,
    settled: answer !== null && answer.error === null && answer.about === configuration,
    error: answer?.error ?? null,
  };
}
