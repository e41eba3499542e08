/** What the steps of a worker share: made when one first asks, closed with the worker. */
import type { Python } from '#domain/python/python.ts';
import type { Renderer } from '#domain/report/renderer.ts';
import type { Shared } from '#domain/step/kind.ts';
import type { Warehouse } from '#domain/warehouse/warehouse.ts';
import type { Config } from '#platform/config.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';

export type SharedOptions = {
  readonly url: string;
  readonly pool: Pool;
  readonly log: Log;
  readonly secretKey: SecretKey | undefined;
  readonly publicUrl: string | undefined;
  /** No dbt of one's own, no folders and no memory unless given. */
  readonly dbt?: Partial<Shared['dbt']> | undefined;
  /** Which Python, and whether it may run as ourselves; by default not. */
  readonly python?: Config['python'] | undefined;
};

/** The libraries behind a browser and its charts cost 50 MB: a worker that sends no reports never loads them. */
export function createShared(options: SharedOptions): Shared & AsyncDisposable {
  const { url, pool, log, secretKey, publicUrl = null, dbt } = options;
  const made = new AsyncDisposableStack();
  let warehouse: Promise<Warehouse> | null = null;
  let renderer: Promise<Renderer> | null = null;
  let python: Promise<Python> | null = null;

  async function openWarehouse(): Promise<Warehouse> {
    const { createWarehouse } = await import('#domain/warehouse/warehouse.ts');
    return made.use(createWarehouse({ url, secretKey, log }));
  }

  async function openRenderer(): Promise<Renderer> {
    const { createRenderer } = await import('#domain/report/renderer.ts');
    return made.use(createRenderer({ log }));
  }

  async function openPython(): Promise<Python> {
    const { createPython } = await import('#domain/python/python.ts');
    const { program, allowUnfenced = false } = options.python ?? {};
    return createPython({ program, allowUnfenced, databaseUrl: url });
  }

  return {
    pool,
    log,
    publicUrl,
    dbt: { program: dbt?.program, root: dbt?.root, cache: dbt?.cache },
    warehouse: () => (warehouse ??= openWarehouse()),
    renderer: () => (renderer ??= openRenderer()),
    python: () => (python ??= openPython()),
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}
