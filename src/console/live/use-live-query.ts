/** A question whose answer stays true: read again whenever a stream says that something of it changed. What was
 *  answered last stays on the page meanwhile. */
import { useEffect, useRef, useState } from 'react';
import { useQuery, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';

export type Answer<Data> = {
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  /** Nothing was answered yet. */
  readonly loading: boolean;
  /** Asks at once. */
  reread(): void;
};

// A hot project changes 20 times a second; nobody reads faster than twice.
const PACE_MS = 400;

/** @param pulse changes whenever the answer may have changed: a revision of a stream, or several of them joined.
 *  Its first value asks again too: between the question and the stream's beginning something may have happened. */
export function useLiveQuery<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  pulse: string | number | null = null,
  { pause = false }: { pause?: boolean } = {},
): Answer<Data> {
  const args = { query, variables, pause, requestPolicy: 'cache-and-network' };
  const [{ data, error, fetching }, ask] = useQuery<Data, Variables>(args as never);
  const askNow = useRef(ask);
  useEffect(() => {
    askNow.current = ask;
  });
  // An answer that did not come takes nothing off the page.
  const [last, setLast] = useState(data);
  if (data !== undefined && data !== last) setLast(data);
  const shown = data ?? last;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const askedMs = useRef(0);

  useEffect(() => {
    if (pause || pulse === null) return;
    const wait = Math.max(0, askedMs.current + PACE_MS - Date.now());
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      askedMs.current = Date.now();
      askNow.current({ requestPolicy: 'network-only' });
    }, wait);
  }, [pulse, pause]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  return {
    data: shown,
    error,
    loading: shown === undefined && error === undefined && (fetching || pause),
    reread: () => ask({ requestPolicy: 'network-only' }),
  };
}
