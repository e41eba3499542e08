/** The Postgres that the chaos takes place on: embedded, fsync on, in a temporary folder, stopped and started again at
 *  will; migrated, with one project. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, isTransient, type Pool } from '#platform/db.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog, type Log } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import { createMarkTable } from './kinds.ts';

export type Ground = AsyncDisposable & {
  readonly url: string;
  /** The driver's own. */
  readonly pool: Pool;
  readonly log: Log;
  /** Where Postgres and the workers leave their logs. */
  readonly folder: string;
  readonly orgId: number;
  readonly projectId: number;
  readonly userId: number;
  /** Stops Postgres in good order and starts it on the same folder after `awayMs`. */
  restart(awayMs: number): Promise<void>;
};

/** How the driver's own sessions are named. */
export const DRIVER = 'chaos';

const SETTINGS = { max_connections: '300' };

export async function prepareGround(): Promise<Ground> {
  const log = createLog('chaos', process.env['LOG_LEVEL'] ?? 'silent');
  await using rest = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'hf-chaos-'));
  rest.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 7, retryDelay: 100 }));
  const start = () =>
    startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log, settings: SETTINGS });
  let postgres = await start();
  rest.defer(() => postgres[Symbol.asyncDispose]());
  const { url } = postgres;
  await migrate(url);
  const pool = createPool(url, { name: DRIVER, max: 12, log });
  rest.defer(() => pool.end());
  await createMarkTable(pool);
  const { rows } = await pool.query(`
    with u as (insert into "user" (email, name) values ('chaos@example.com', 'Chaos') returning id),
         o as (insert into org (slug, name) values ('chaos', 'Chaos') returning id),
         m as (insert into user_org (user_id, org_id, is_default) select u.id, o.id, true from u, o)
    insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
    select o.id, 'chaos', 'Chaos', u.id, 'wh_chaos' from o, u
    returning id as "projectId", org_id as "orgId", owner_user_id as "userId"`);
  const all = rest.move();
  return {
    url,
    pool,
    log,
    folder,
    ...rows[0],
    async restart(awayMs) {
      await postgres[Symbol.asyncDispose]();
      await delay(awayMs);
      postgres = await start();
      // Everyone knows the old address.
      if (postgres.url !== url) throw new Error('another program took the port of Postgres');
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Asks again while Postgres is away, for up to a minute. */
export async function persist<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isTransient(error) || Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}
