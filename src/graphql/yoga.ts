/** GraphQL over HTTP and Server-Sent Events. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { GraphQLError } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { DomainError } from '#platform/errors.ts';
import type { Context, House } from './context.ts';
import { tell } from './failure.ts';
import { operations } from './operations.ts';
import type { Operations } from './operations.ts';
import { schema } from './schema.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';

/** What a connection brings: an HTTP request and its answer, or the session of a socket. */
export type Arrival = {
  readonly req: IncomingMessage;
  readonly res?: ServerResponse;
  readonly session?: Session;
};

export type Yoga = ReturnType<typeof createGraphQL>;

/** @param recheckMs how often the caller of a subscription is checked again. */
export function createGraphQL(
  house: House,
  { metrics, recheckMs }: { metrics: Operations; recheckMs?: number | undefined },
) {
  const { log } = house;
  return createYoga<Arrival, Context>({
    schema,
    context: async ({ req, session, request }): Promise<Context> => ({
      ...house,
      requestId: requestIdOf(req),
      session:
        session ??
        (await openSession(house, credentialsOf(req, request.headers), {
          ...(recheckMs !== undefined && { recheckMs }),
        })),
    }),
    plugins: [operations(metrics)],
    maskedErrors: {
      // What fails outside of an operation, such as the context; within one, `operations` has told it all.
      maskError: (error) =>
        error instanceof GraphQLError
          ? tell(error, log, randomUUID())
          : tell(new GraphQLError('', { cause: error }), log, randomUUID()),
    },
    // Everything that a page needs comes with it, so that it works without the internet.
    renderGraphiQL,
    graphiql: { title: 'Honeyframe', subscriptionsProtocol: 'WS' },
    landingPage: false,
    batching: false,
    multipart: false,
    cors: false,
    logging: {
      debug: (...args) => log.debug({ args }, 'yoga'),
      info: (...args) => log.debug({ args }, 'yoga'),
      warn: (...args) => log.warn({ args }, 'yoga'),
      error: (...args) => log.error({ args }, 'yoga'),
    },
  });
}

function requestIdOf({ headers }: IncomingMessage): string {
  const given = String(headers['x-request-id'] ?? '');
  return /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

function credentialsOf(req: IncomingMessage, headers: Headers) {
  return {
    authorization: headers.get('authorization'),
    orgId: idIn('X-Org-Id', headers.get('x-org-id')),
    projectId: idIn('X-Project-Id', headers.get('x-project-id')),
    address: req.socket.remoteAddress ?? null,
  };
}

/** @throws DomainError VALIDATION for what is no id. */
export function idIn(name: string, value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  if (/^[1-9]\d{0,9}$/.test(String(value))) return Number(value);
  throw new DomainError(
    'VALIDATION',
    `${name} is a positive whole number, not "${String(value)}".`,
  );
}
