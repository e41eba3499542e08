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
  /** How many messages said that something may have been missed; what a list is read again for. */
  readonly resyncs: number;
  /** When the last message came, on this machine's clock in ms; null before the first. */
  readonly atMs: number | null;
};

type Told<Data> = {
  readonly data: Data;
  readonly beat: number;
  readonly resyncs: number;
  readonly atMs: number;
};

export function useStream<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false }: { pause?: boolean } = {},
): Stream<Data> {
  const beats = useRef(0);
  const args = { query, variables, pause };
  const [{ data, error }] = useSubscription<Told<Data>, Told<Data>, Variables>(args, ((
    before: Told<Data> | undefined,
    message: Data,
  ) => ({
    data: message,
    beat: ++beats.current,
    resyncs: (before?.resyncs ?? 0) + (isResync(message) ? 1 : 0),
    atMs: Date.now(),
  })) as never);
  return {
    data: data?.data,
    error,
    pulse: data?.beat ?? null,
    resyncs: data?.resyncs ?? 0,
    atMs: data?.atMs ?? null,
  };
}

/** Messages of state streams say so. */
const isResync = (message: unknown): boolean =>
  Object.values(message as object).some((change) => (change as Resyncing | null)?.resync === true);

type Resyncing = { readonly resync?: boolean };
