/** The GraphQL client. Questions and commands go over HTTP, where a command is never sent twice by itself; everything
 *  that is pushed comes over the socket, into the same normalised cache. */
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import type { Client as Socket, SubscribePayload } from 'graphql-ws';
import { renewSession } from './session.ts';
import { keys } from './keys.ts';

type Told = { readonly extensions?: Readonly<Record<string, unknown>> | undefined };

const isUnauthenticated = (errors: readonly Told[] | undefined) =>
  errors?.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED') ?? false;

const renewing = mapExchange({
  onError(error) {
    if (isUnauthenticated(error.graphQLErrors)) void renewSession();
  },
});

/** For questions about ever other times, such as "the last hour": the normalised cache would keep each answer for as
 *  long as the page is open. Put its Provider around what asks them; it cannot subscribe. */
export function createUncachedGraphQL() {
  return createClient({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [renewing, fetchExchange],
  });
}

export function createGraphQL(socket: Socket) {
  return createClient({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [
      cacheExchange({ keys }),
      renewing,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: subscribeForGood(
              socket,
              { query: request.query ?? '', variables: request.variables as never },
              sink,
            ),
          }),
        }),
      }),
    ],
  });
}

/** Of urql: an observer of answers. */
type Sink = Parameters<
  ReturnType<Parameters<typeof subscriptionExchange>[0]['forwardSubscription']>['subscribe']
>[0];

/** A subscription that outlives the credentials with which it began: refused ones are renewed, then it begins anew.
 *  @returns what ends it. */
function subscribeForGood(socket: Socket, payload: SubscribePayload, sink: Sink): () => void {
  let ended = false;
  let end = begin();
  return () => {
    ended = true;
    end();
  };

  function begin(): () => void {
    let refused = false;
    return socket.subscribe(payload, {
      next(result) {
        refused = isUnauthenticated(result.errors);
        if (!refused) sink.next(result as Parameters<Sink['next']>[0]);
      },
      error: (error) => sink.error(error),
      complete() {
        if (ended) return;
        if (!refused) return sink.complete();
        void renewSession().then((still) => {
          if (still && !ended) end = begin();
        });
      },
    });
  }
}
