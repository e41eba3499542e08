/** What the steps of a worker share: made when one first asks, closed with the worker. */
import type { Renderer } from '#domain/report/renderer.ts';
import type { Shared } from '#domain/step/kind.ts';
import type { Warehouse } from '#domain/warehouse/warehouse.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';

export type SharedOptions = {
  readonly url: string;
  readonly pool: Pool;
  readonly log: Log;
  readonly secretKey: SecretKey | undefined;
  readonly publicUrl: string | undefined;
};

/** The libraries behind a browser and its charts cost 50 MB: a worker that sends no reports never loads them. */
export function createShared(options: SharedOptions): Shared & AsyncDisposable {
  const { url, pool, log, secretKey, publicUrl = null } = options;
  const made = new AsyncDisposableStack();
  let warehouse: Promise<Warehouse> | null = null;
  let renderer: Promise<Renderer> | null = null;

  async function openWarehouse(): Promise<Warehouse> {
    const { createWarehouse } = await import('#domain/warehouse/warehouse.ts');
    return made.use(createWarehouse({ url, secretKey, log }));
  }

  async function openRenderer(): Promise<Renderer> {
    const { createRenderer } = await import('#domain/report/renderer.ts');
    return made.use(createRenderer({ log }));
  }

  return {
    pool,
    log,
    publicUrl,
    warehouse: () => (warehouse ??= openWarehouse()),
    renderer: () => (renderer ??= openRenderer()),
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}
