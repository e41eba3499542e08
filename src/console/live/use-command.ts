/** A command to the server: under way or not, and what it refused in its own words. */
import { useCallback, useState } from 'react';
import { useMutation, type AnyVariables, type TypedDocumentNode } from 'urql';

export type Problem = {
  readonly at: string;
  readonly message: string;
  readonly path: readonly string[];
};

export type Refused = {
  readonly message: string;
  readonly problems: readonly Problem[];
  /** The failure's type, as in `Conflict`; null where no answer came. */
  readonly kind: string | null;
  /** What stands against it, where the failure tells. */
  readonly facts: Readonly<Record<string, unknown>>;
};

const FAILURES = new Set([
  'ValidationError',
  'NotFound',
  'Forbidden',
  'Conflict',
  'TriggerConfigError',
]);

type Answered = { readonly __typename?: string };
type Failed = {
  readonly __typename?: string;
  readonly message?: string;
  problems?: Problem[];
  facts?: Record<string, unknown>;
};

export type Command<Data, Variables> = {
  /** @returns what was answered, or null when it was refused: `refused` then says why. */
  send(variables: Variables): Promise<Data | null>;
  readonly sending: boolean;
  readonly refused: Refused | null;
  /** Takes the refusal off the page. */
  clear(): void;
};

/** The mutation must ask for `__typename`, and for `message` and `problems` of failures; `facts` of a
 *  Conflict where they are shown. */
export function useCommand<Data extends object, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
): Command<Data, Variables> {
  const [{ fetching }, mutate] = useMutation<Data, Variables>(mutation);
  const [refused, setRefused] = useState<Refused | null>(null);
  const send = useCallback(
    async (variables: Variables) => {
      setRefused(null);
      const { data, error } = await mutate(variables);
      if (error || !data) {
        const message = error?.graphQLErrors.map((each) => each.message).join('; ');
        setRefused({
          message: message || error?.message || 'No answer came.',
          problems: [],
          kind: null,
          facts: {},
        });
        return null;
      }
      const [answer] = Object.values(data) as Answered[];
      if (answer?.__typename && FAILURES.has(answer.__typename)) {
        const { message, problems, facts } = answer as Failed;
        setRefused({
          message: message ?? answer.__typename,
          problems: problems ?? [],
          kind: answer.__typename,
          facts: facts ?? {},
        });
        return null;
      }
      return data;
    },
    [mutate],
  );
  return { send, sending: fetching, refused, clear: () => setRefused(null) };
}
