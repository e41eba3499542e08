/** What the server would make of a configuration: asked while one types, a moment after the last key. */
import { useEffect, useRef, useState } from 'react';
import type { CombinedError } from 'urql';
import { ScenarioPlanDocument, type ScenarioPlanQuery } from '../../../generated/graphql.ts';
import { createUncachedGraphQL } from '../../../live/client.ts';
import type { Configuration } from './configuration.ts';

export type Plan = ScenarioPlanQuery['planScenarios'][number];

export type Planned = {
  /** The last answer; null: none yet. */
  readonly plan: Plan | null;
  /** It is about the configuration as it is now. */
  readonly settled: boolean;
  readonly error: CombinedError | null;
};

const PAUSE_MS = 300;

// Every key makes another question; nobody asks one twice.
const uncached = createUncachedGraphQL();

export function usePlan({
  projectId,
  scenarioId,
  configuration,
  pause,
}: {
  projectId: string;
  /** null: a new one. */
  scenarioId: string | null;
  configuration: Configuration;
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
        .query(ScenarioPlanDocument, { projectId, scenarioId, configuration })
        .toPromise();
      if (gone) return;
      const [plan] = data?.planScenarios ?? [];
      setAnswer((before) => ({
        about: configuration,
        plan: plan ?? before?.plan ?? null,
        error: error ?? null,
      }));
    };
    const timer = setTimeout(() => void ask(), asked.current ? PAUSE_MS : 0);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [projectId, scenarioId, configuration, pause]);
  return {
    plan: answer?.plan ?? null,
    settled: answer !== null && answer.error === null && answer.about === configuration,
    error: answer?.error ?? null,
  };
}
