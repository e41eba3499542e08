/** What a state stream says last, and a pulse that beats with each of its messages. */
import { useRef } from 'react';
import {
  useSubscription,
  type AnyVariables,
  type CombinedError,
  type TypedDocumentNode,
} from 'urql';

export type Stream<Data> = {
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  /** Another number with every message; null before the first. For `useLiveQuery`. */
  readonly pulse: number | null;
  /** When the last message came, on this machine's clock in ms; null before the first. */
  readonly atMs: number | null;
};

export function useStream<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false }: { pause?: boolean } = {},
): Stream<Data> {
  const beats = useRef(0);
  const args = { query, variables, pause };
  const [{ data, error }] = useSubscription<
    { data: Data; beat: number; atMs: number },
    { data: Data; beat: number; atMs: number },
    Variables
  >(args, ((_before: unknown, message: Data) => ({
    data: message,
    beat: ++beats.current,
    atMs: Date.now(),
  })) as never);
  return { data: data?.data, error, pulse: data?.beat ?? null, atMs: data?.atMs ?? null };
}
