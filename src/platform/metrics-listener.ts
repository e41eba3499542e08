/** A port for Prometheus alone, on loopback: for processes that serve nothing else. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { METRICS_TYPE, type Metrics } from './metrics.ts';

export type MetricsListener = AsyncDisposable & { readonly port: number };

/** @param port 0: any that is free.
 *  @throws Error naming METRICS_PORT when it cannot be listened on. */
export async function listenForMetrics(metrics: Metrics, port: number): Promise<MetricsListener> {
  const server = createServer((req, res) => {
    if (req.method !== 'GET' || req.url !== '/metrics') {
      res.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics is all there is.\n');
      return;
    }
    void metrics.text().then((text) => res.setHeader('content-type', METRICS_TYPE).end(text));
  });
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `METRICS_PORT ${port} cannot be listened on: ${(error as Error).message}. Each worker of a machine needs its own.`,
      { cause: error },
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
