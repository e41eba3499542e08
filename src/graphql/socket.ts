/** GraphQL over WebSocket, by the graphql-ws protocol. */
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { DomainError } from '#platform/errors.ts';
import type { Credentials } from '#domain/access/authenticate.ts';
import { tooMany, type RequestLimits } from '#domain/access/request-limits.ts';
import type { House } from './context.ts';
import { isLetIn, openSession } from './session.ts';
import type { Session } from './session.ts';
import type { StallGuard } from './stall.ts';
import { credentialsOf, idIn } from './yoga.ts';
import type { Yoga } from './yoga.ts';

/** What a client may send at once: a long scenario. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** A screen of the console has below ten. */
const MAX_SUBSCRIPTIONS = 100;
/** Restarting: clients come back by themselves. */
const SERVICE_RESTART = 1012;
/** Who asks cannot be found out now, or nothing was read. Clients come back by themselves; the protocol's own 4500
 *  would tell them not to. */
const TRY_AGAIN_LATER = 1013;
/** For a stalled reader to find out why it is ended. */
const FAREWELL_MS = 10_000;
/** Clients may come back with better credentials. */
const FORBIDDEN = 4403;

type SocketExtra = { session?: Session; credentials?: Credentials };

export type Sockets = AsyncDisposable & {
  readonly server: WebSocketServer;
  /** Open sockets, for the metrics. */
  readonly size: number;
};

/** @param yoga executes the operations, with the same plugins as over HTTP.
 *  @param recheckMs how often the caller is checked again.
 *  @param requestLimits count every operation of a socket as a request. */
export function createSockets(
  house: House,
  yoga: Yoga,
  {
    stall,
    recheckMs,
    requestLimits,
  }: {
    stall: StallGuard;
    recheckMs?: number | undefined;
    requestLimits?: RequestLimits | undefined;
  },
): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  server.on('connection', (socket) => {
    const watch = stall.watch({
      what: 'socket',
      pending: () => socket.bufferedAmount,
      drop: () => endStalled(socket),
    });
    socket.on('close', () => watch[Symbol.dispose]());
  });

  const protocol = useServer<Record<string, unknown>, SocketExtra>(
    {
      execute: (args) => enveloped(args).execute(args),
      subscribe: (args) => enveloped(args).subscribe(args),
      async onConnect({ connectionParams, extra }) {
        const { socket, request } = extra;
        try {
          extra.credentials = socketCredentials(house, connectionParams, request);
          extra.session = await openSession(house, extra.credentials, {
            ...(recheckMs !== undefined && { recheckMs }),
            onRefused: ({ message }) => socket.close(FORBIDDEN, reasonText(message)),
          });
        } catch (error) {
          if (error instanceof DomainError) return false;
          house.log.error({ err: error }, 'a socket was not opened');
          socket.close(TRY_AGAIN_LATER, 'not now; try again');
          return false;
        }
        if (!isLetIn(extra.session) || socket.readyState !== socket.OPEN) return false;
        // Also while nothing is subscribed to: a question is answered by what was last found.
        const guard = extra.session.guard({ isAllowed: () => true, end: () => {} });
        socket.once('close', () => guard[Symbol.dispose]());
        return true;
      },
      async onSubscribe({ extra, subscriptions }, _id, payload) {
        if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
          const message = `A socket carries at most ${MAX_SUBSCRIPTIONS} operations at once.`;
          return [new GraphQLError(message, { extensions: { code: 'TOO_MANY_OPERATIONS' } })];
        }
        const { authorization = null, address = null } = extra.credentials ?? {};
        const seconds = requestLimits?.take({ authorization, address }) ?? 0;
        if (seconds > 0) {
          const { code, message, facts } = tooMany(seconds);
          return [new GraphQLError(message, { extensions: { code, ...facts } })];
        }
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
          req: extra.request,
          session: extra.session,
          params: payload,
        });
        try {
          const document = parse(payload.query);
          const errors = validate(schema, document);
          if (errors.length > 0) return errors;
          return {
            schema,
            document,
            operationName: payload.operationName ?? null,
            variableValues: payload.variables ?? null,
            contextValue: await contextFactory(),
            rootValue: { execute, subscribe },
          };
        } catch (error) {
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
      },
    },
    server,
  );

  return {
    server,
    get size() {
      return server.clients.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) closeOrTerminate(socket);
      await protocol.dispose();
    },
  };
}

type Enveloped = { execute(args: unknown): never; subscribe(args: unknown): never };

/** Prepared per operation in `onSubscribe`; roots need no value of their own. */
const enveloped = (args: ExecutionArgs) => args.rootValue as Enveloped;

// A browser cannot add a header to a handshake; its cookie comes by itself, and counts from our own pages.
function socketCredentials(
  house: House,
  params: Readonly<Record<string, unknown>> = {},
  request: IncomingMessage,
): Credentials {
  const { authorization, address } = credentialsOf(house, request);
  const given = params['authorization'] ?? params['Authorization'];
  return {
    authorization: typeof given === 'string' ? given : authorization,
    orgId: idIn('orgId', params['orgId']),
    projectId: idIn('projectId', params['projectId']),
    address,
  };
}

/** The farewell stands behind what was not read: whoever reads on within 10 s learns why, and comes back with its cursor;
 *  nobody else costs memory for longer. */
function endStalled(socket: WebSocket): void {
  socket.close(TRY_AGAIN_LATER, 'nothing was read for too long; come back and read on');
  const late = setTimeout(() => socket.terminate(), FAREWELL_MS);
  socket.on('close', () => clearTimeout(late));
}

// A stalled peer never answers a farewell: `close` alone took 30 s.
function closeOrTerminate(socket: WebSocket): void {
  socket.close(SERVICE_RESTART, 'the server is restarting');
  setTimeout(() => socket.terminate(), 1_000).unref();
}

/** A close frame takes 123 bytes. */
function reasonText(message: string): string {
  return Buffer.from(message)
    .subarray(0, 123)
    .toString()
    .replace(/\uFFFD+$/, '');
}
