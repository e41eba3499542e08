/** How a card would look, and the rows behind it, read anew once what makes them stands still. */
import { useEffect, useMemo, useState } from 'react';
import {
  DashboardCardPreviewDocument,
  type DashboardCardPreviewMutation,
} from '../../../generated/graphql.ts';
import { createUncachedGraphQL } from '../../../live/client.ts';
import { useDebounced } from '../../../live/use-debounced.ts';
import type { Filter } from '../period/period.ts';
import { cardInput, type Card } from './draft.ts';

export type Drawn = Extract<
  DashboardCardPreviewMutation['previewCard'],
  { __typename: 'CardPreview' }
>;

export type Preview = {
  /** What was drawn last; null before. */
  readonly drawn: Drawn | null;
  /** Another one is on its way. */
  readonly reading: boolean;
  /** Why it cannot be drawn as it is. */
  readonly why: string | null;
};

const STILL_MS = 500;
// From choosing a card to reading its rows.
const KEPT_MS = 30_000;

// Its answers are of no use to anybody else.
const uncached = createUncachedGraphQL();

const flights = new Map<string, ReturnType<typeof fetchPreview>>();

/** The tile and the form of a card ask the same: they get one answer. */
function ask(projectId: string, settled: string) {
  const key = `${projectId} ${settled}`;
  const flight = flights.get(key) ?? fetchPreview(projectId, settled);
  flights.set(key, flight);
  void flight.then(() => setTimeout(() => flights.delete(key), KEPT_MS));
  return flight;
}

function fetchPreview(projectId: string, settled: string) {
  const variables = { projectId, ...(JSON.parse(settled) as { card: never; filter: never }) };
  return uncached.mutation(DashboardCardPreviewDocument, variables).toPromise();
}

export function usePreview(card: Card, filter: Filter | null, projectId: string): Preview {
  // Where it lies and who sees it changes nothing of how it looks.
  const asked = useMemo(() => {
    const { databaseId: _, requiredPermission: __, ...input } = cardInput(card);
    const position = { ...input.position, x: 0, y: 0 };
    return JSON.stringify({ card: { ...input, position }, filter });
  }, [card, filter]);
  const settled = useDebounced(asked, STILL_MS);
  const [answer, setAnswer] = useState<{ to: string; drawn: Drawn | null; why: string | null }>({
    to: '',
    drawn: null,
    why: null,
  });
  useEffect(() => {
    let over = false;
    void ask(projectId, settled).then(({ data, error }) => {
      if (over) return;
      const found = data?.previewCard;
      if (found?.__typename === 'CardPreview') {
        setAnswer({ to: settled, drawn: found, why: found.error ?? null });
        return;
      }
      const problems = found?.__typename === 'ValidationError' ? found.problems : [];
      const why =
        problems.map(({ at, message }) => `${at.replace(/^card\./, '')} ${message}`).join('; ') ||
        found?.message ||
        error?.graphQLErrors.map(({ message }) => message).join('; ') ||
        'The server cannot be reached.';
      setAnswer((before) => ({ to: settled, drawn: before.drawn, why }));
    });
    return () => {
      over = true;
    };
  }, [settled, projectId]);
  return { drawn: answer.drawn, why: answer.why, reading: answer.to !== asked };
}
