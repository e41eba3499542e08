/** GraphQL over HTTP and Server-Sent Events. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { sessionCookie } from '#domain/access/cookie.ts';
import { SESSION_MINUTES } from '#domain/access/jwt.ts';
import { authorizationOf, cameByHttps, ownCookie, ownOrigin } from '#domain/access/own-page.ts';
import type { Credentials } from '#domain/access/authenticate.ts';
import type { Asked } from '#domain/access/own-page.ts';
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
    context: async ({ req, res, session }): Promise<Context> => ({
      ...house,
      requestId: requestIdOf(req),
      session:
        session ??
        (await openSession(house, credentialsOf(house, req), {
          ...(recheckMs !== undefined && { recheckMs }),
        })),
      origin: ownOrigin(asked(house, req)),
      cookie: res ? cookieOf(asked(house, req), res) : null,
      gone: () => goneSignal(res),
    }),
    plugins: [operations(metrics)],
    maskedErrors: {
      // What fails outside of an operation, such as the context; within one, `operations` has told it all.
      maskError: (error) =>
        error instanceof GraphQLError
          ? tell(error, log, randomUUID())
          : tell(new GraphQLError('', { cause: error }), log, randomUUID()),
    },
    // Its page is for those who are signed in: graphiql.ts.
    graphiql: false,
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

function cookieOf(request: Asked, res: ServerResponse): Context['cookie'] {
  const token = request.header('authorization') ? null : ownCookie(request);
  if (token === null) return null;
  const options = { maxAgeSeconds: SESSION_MINUTES * 60, secure: cameByHttps(request) };
  return {
    token,
    replace: (next) => void res.appendHeader('set-cookie', sessionCookie(next, options)),
  };
}

/** Made only for what takes long. */
export function goneSignal(res: ServerResponse | undefined): AbortSignal {
  const gone = new AbortController();
  const end = () => gone.abort(new Error('nobody waits for the answer any more'));
  if (res?.destroyed) end();
  res?.once('close', () => {
    if (!res.writableFinished) end();
  });
  return gone.signal;
}

function requestIdOf({ headers }: IncomingMessage): string {
  const given = String(headers['x-request-id'] ?? '');
  return /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

/** The request, as far as it tells which page asked. */
export function asked({ publicUrl }: Pick<House, 'publicUrl'>, req: IncomingMessage): Asked {
  return {
    method: req.method ?? 'GET',
    header: (name) => req.headers[name]?.toString(),
    publicUrl,
    upgrade: req.headers.upgrade !== undefined,
  };
}

/** @throws DomainError VALIDATION for headers that are no ids. */
export function credentialsOf(house: Pick<House, 'publicUrl'>, req: IncomingMessage): Credentials {
  return {
    authorization: authorizationOf(asked(house, req)),
    orgId: idIn('X-Org-Id', req.headers['x-org-id']),
    projectId: idIn('X-Project-Id', req.headers['x-project-id']),
    address: req.socket.remoteAddress ?? null,
  };
}

/** @throws DomainError VALIDATION for what is no id. */
export function idIn(name: string, value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  const id = /^[1-9]\d{0,9}$/.test(String(value)) ? Number(value) : NaN;
  if (id <= 2_147_483_647) return id;
  throw new DomainError(
    'VALIDATION',
    `${name} is a positive whole number, not "${String(value)}".`,
  );
}
