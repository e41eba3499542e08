/** The API: GraphQL over HTTP, Server-Sent Events and WebSocket, the REST shim, the console, probes and metrics,
 *  on one port. Stateless: run as many as you like. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { PrismaPg } from '@prisma/adapter-pg';
import type { RequestLimits } from '#domain/access/request-limits.ts';
import { CHANNELS } from '#domain/event/channels.ts';
import { eventFeed } from '#domain/event/event-feed.ts';
import { flowChanges } from '#domain/event/flow-changes.ts';
import { runChanges } from '#domain/event/run-changes.ts';
import { deliveryChanges } from '#domain/event/delivery-changes.ts';
import { scenarioChanges } from '#domain/event/scenario-changes.ts';
import { templateChanges } from '#domain/event/template-changes.ts';
import { addFigures } from '#domain/figures/figures.ts';
import { healthFeed } from '#domain/heartbeat/health-feed.ts';
import type { Registry } from '#domain/step/kind.ts';
import { createWarehouse } from '#domain/warehouse/warehouse.ts';
import type { House } from '#graphql/context.ts';
import { createSockets } from '#graphql/socket.ts';
import { stallGuard } from '#graphql/stall.ts';
import { createGraphQL } from '#graphql/yoga.ts';
import { createPool, SCHEMA } from '#platform/db.ts';
import { listen } from '#platform/listen.ts';
import type { Log } from '#platform/log.ts';
import { createMetrics, METRICS_TYPE } from '#platform/metrics.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { createRestApp } from '#rest/app.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { readConsoleFiles } from './console-files.ts';
import { limitBody, setSecurityHeaders } from './http.ts';
import { limitRequest, limitUpgrade } from './limit-requests.ts';
import { createPages } from './pages.ts';

export type ApiOptions = {
  readonly databaseUrl: string;
  /** A direct connection, for LISTEN and for the cards of dashboards. */
  readonly listenUrl: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly jwtSecret: string;
  /** `SECRET_KEY`, for the secrets of connectors; without it none can be stored or used. */
  readonly secretKey?: SecretKey | undefined;
  /** Where browsers find it, when a proxy hides that. Default: the Host that they name. */
  readonly publicUrl?: string | undefined;
  /** The built console. Default: none, and its pages say so. */
  readonly consoleFolder?: string | undefined;
  readonly kinds: Registry;
  readonly log: Log;
  /** How old a worker's beat may be, in seconds. */
  readonly heartbeatStaleSeconds: number;
  /** Where tables of before v0.0.38 are looked for; public and honeyframe unless given. */
  readonly searchedSchemas?: readonly string[] | undefined;
  /** Of requests, to REST and GraphQL together. Default: none. */
  readonly requestLimits?: RequestLimits | undefined;
  /** How often the caller of a subscription is checked again. Default 60,000. */
  readonly recheckMs?: number;
  /** How often readers are looked at; three looks without progress drop one. Default 2,000. */
  readonly stallMs?: number;
};

export type Api = AsyncDisposable & {
  /** As in `http://127.0.0.1:4000`. */
  readonly url: string;
};

// Requests hold a connection for milliseconds; more of them would only queue inside Postgres.
const POOL_SIZE = 10;
const FEED_POOL_SIZE = 4;
// Each message about ticks is a whole list of them.
const TICKS_EVERY_MS = 500;
/** For answers under way when the process is asked to stop. */
const GRACE_MS = 5_000;

/** Starts listening. Disposal closes sockets with 1012, lets requests under way finish and ends the pools.
 *  @throws Error when the port is taken. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { databaseUrl: url, log, heartbeatStaleSeconds, jwtSecret, kinds } = options;
  const parts = new AsyncDisposableStack();
  try {
    const pool = createPool(url, { name: 'hf api', max: POOL_SIZE, log });
    parts.defer(() => pool.end());
    const prismaPool = createPool(url, { name: 'hf prisma', max: POOL_SIZE, log });
    const adapter = new PrismaPg(prismaPool, { schema: SCHEMA, disposeExternalPool: true });
    const prisma = new PrismaClient({ adapter });
    parts.defer(() => prisma.$disconnect());
    const feedPool = createPool(url, {
      name: 'hf events',
      max: FEED_POOL_SIZE,
      log,
      // A plan cached while the table was small would scan it when it is large.
      settings: { enable_seqscan: 'off', jit: 'off' },
    });
    parts.defer(() => feedPool.end());

    const events = parts.use(eventFeed({ pool: feedPool, log }));
    const changes = parts.use(runChanges({ pool: feedPool, log }));
    const scenarios = parts.use(scenarioChanges({ pool: feedPool, log }));
    const ticks = parts.use(scenarioChanges({ pool: feedPool, log, coalesceMs: TICKS_EVERY_MS }));
    const templates = parts.use(templateChanges({ pool: feedPool, log }));
    const deliveries = parts.use(deliveryChanges({ pool: feedPool, log }));
    const flow = parts.use(flowChanges({ log }));
    const health = parts.use(
      healthFeed({ pool: feedPool, log, staleSeconds: heartbeatStaleSeconds }),
    );
    const listening = parts.use(
      listen(
        options.listenUrl,
        {
          [CHANNELS.run]: (payload) => {
            events.notify(payload);
            changes.notify(payload);
          },
          [CHANNELS.scenario]: (payload) => {
            scenarios.notify(payload);
            ticks.notify(payload);
            templates.notifyScenarios(payload);
          },
          [CHANNELS.template]: (payload) => templates.notify(payload),
          [CHANNELS.delivery]: (payload) => deliveries.notify(payload),
          [CHANNELS.flow]: (payload) => flow.notify(payload),
          [CHANNELS.worker]: () => health.notify(),
        },
        {
          log,
          onReady() {
            events.recheck();
            changes.recheck();
            scenarios.recheck();
            ticks.recheck();
            templates.recheck();
            deliveries.recheck();
            flow.recheck();
            health.recheck();
          },
        },
      ),
    );

    const { secretKey } = options;
    // On logins of its own, which a pooler between us and Postgres would not know.
    const direct = options.listenUrl;
    const warehouse = parts.use(createWarehouse({ url: direct, secretKey, log }));
    const metrics = createMetrics(log);
    const operations = {
      count: metrics.counter('hf_graphql_operations_total', 'Operations by kind and outcome.'),
      seconds: metrics.counter('hf_graphql_seconds_total', 'Seconds that operations took.'),
    };
    const house: House = {
      pool,
      prisma,
      kinds,
      events,
      changes,
      scenarioChanges: scenarios,
      tickChanges: ticks,
      templateChanges: templates,
      deliveryChanges: deliveries,
      flowChanges: flow,
      health,
      warehouse,
      log,
      jwtSecret,
      secretKey,
      publicUrl: options.publicUrl ?? null,
      heartbeatStaleSeconds,
    };
    const stall = parts.use(stallGuard(log, options.stallMs));
    const { recheckMs, requestLimits, searchedSchemas } = options;
    const yoga = createGraphQL(house, { metrics: operations, recheckMs });
    const sockets = createSockets(house, yoga, { stall, recheckMs, requestLimits });
    const open = new Set<ServerResponse>();
    metrics.gauge('hf_websockets', 'Open sockets.', () => sockets.size);
    metrics.gauge('hf_watched_runs', 'Runs whose events are watched.', () => events.size);
    metrics.gauge(
      'hf_pool_waiting',
      'Requests that wait for a connection.',
      () => pool.waitingCount,
    );
    metrics.gauge('hf_resident_bytes', 'Memory of the process.', () => process.memoryUsage.rss());

    addFigures(metrics, feedPool, heartbeatStaleSeconds);

    const files = readConsoleFiles(options.consoleFolder);
    const showPage = createPages(house, files, requestLimits);
    const rest = getRequestListener(
      createRestApp({ ...house, requestLimits, searchedSchemas }).fetch,
    );
    const handle = (req: IncomingMessage, res: ServerResponse) => {
      setSecurityHeaders(res);
      const path = pathOf(req);
      if (showPage(req, res, path)) return;
      if (path === '/metrics') {
        void metrics.text().then((text) => res.setHeader('content-type', METRICS_TYPE).end(text));
      } else if (path === yoga.graphqlEndpoint) {
        if (requestLimits && !limitRequest(requestLimits, house, req, res)) return;
        if (!limitBody(req, res)) return;
        const watched = stall.watch({
          what: 'response',
          pending: () => res.writableLength,
          drop: () => res.destroy(),
        });
        open.add(res);
        res.on('close', () => {
          watched[Symbol.dispose]();
          open.delete(res);
        });
        void yoga(req, res);
      } else void rest(req, res);
    };
    const server = createServer(handle);
    server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (pathOf(req) !== yoga.graphqlEndpoint) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return;
      }
      if (requestLimits && !limitUpgrade(requestLimits, house, req, socket)) return;
      sockets.server.handleUpgrade(req, socket, head, (opened) =>
        sockets.server.emit('connection', opened, req),
      );
    });
    server.listen(options.port, options.host);
    await once(server, 'listening');
    parts.defer(async () => {
      const closed = once(server, 'close');
      server.close();
      await sockets[Symbol.asyncDispose]();
      // Streams end without a farewell, so that their readers come back; answers get 5 s.
      for (const res of open) if (isStream(res)) res.destroy();
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(late);
    });
    await listening.ready;

    const { port } = server.address() as AddressInfo;
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    return {
      url: `http://${host}:${port}`,
      [Symbol.asyncDispose]: () => parts.disposeAsync(),
    };
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

const isStream = (res: ServerResponse) =>
  String(res.getHeader('content-type')).startsWith('text/event-stream');

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
