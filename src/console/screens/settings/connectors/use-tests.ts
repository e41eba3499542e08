/** Trying connectors: what the server said of each and how long it took, for as long as the screen is open. */
import { useCallback, useState } from 'react';
import { useClient } from 'urql';
import { TestConnectorDocument } from '../../../generated/graphql.ts';

export type Tested =
  | { readonly state: 'testing' }
  | { readonly state: 'done'; readonly ok: boolean; readonly message: string; readonly ms: number };

export type Tests = {
  of(id: string): Tested | null;
  test(id: string): Promise<void>;
  /** What was said is of an older configuration. */
  forget(id: string): void;
};

export function useTests(): Tests {
  const client = useClient();
  const [tested, setTested] = useState<Readonly<Record<string, Tested>>>({});
  const note = useCallback(
    (id: string, result: Tested) => setTested((before) => ({ ...before, [id]: result })),
    [],
  );
  return {
    of: (id) => tested[id] ?? null,
    async test(id) {
      note(id, { state: 'testing' });
      const from = performance.now();
      const { data, error } = await client.mutation(TestConnectorDocument, { id }).toPromise();
      const ms = performance.now() - from;
      const answer = data?.testConnector;
      if (answer?.__typename === 'ConnectorTest') {
        note(id, { state: 'done', ok: answer.ok, message: answer.message, ms });
        return;
      }
      const message =
        answer?.message ?? error?.graphQLErrors[0]?.message ?? 'The server cannot be reached.';
      note(id, { state: 'done', ok: false, message, ms });
    },
    forget(id) {
      setTested(({ [id]: _gone, ...others }) => others);
    },
  };
}
