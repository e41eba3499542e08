/** The Postgres that the chaos takes place on: embedded, fsync on, in a temporary folder, stopped, crashed and started
 *  again at will; migrated, with one organisation of two projects, one of which limits its running runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, isTransient, type Pool } from '#platform/db.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog, type Log } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import { crashPostgres, type Crash } from './crash.ts';
import { createMarkTable } from './kinds.ts';
import { CALENDARS, dayChoices, FIRST_CHOICE, localDays, type LocalDays } from './plan/days.ts';

export type Ground = AsyncDisposable & {
  readonly url: string;
  /** The driver's own. */
  readonly pool: Pool;
  readonly log: Log;
  /** Where Postgres and the workers leave their logs. */
  readonly folder: string;
  /** Of both projects' zone. */
  readonly days: LocalDays;
  readonly orgId: number;
  readonly projectId: number;
  /** Of the project with a limit. */
  readonly limitedProjectId: number;
  readonly userId: number;
  /** Stops Postgres in good order, or as it is told to die, and starts it on the same folder after `awayMs`. */
  restart(awayMs: number, crash?: Crash): Promise<void>;
  /** Leaves the folder behind, without the data. */
  keepLogs(): void;
};

/** How the driver's own sessions are named. */
export const DRIVER = 'chaos';

/** What the limited project begins with. */
export const FIRST_LIMIT = 4;

const SETTINGS = { max_connections: '300' };

export async function prepareGround(): Promise<Ground> {
  const log = createLog('chaos', process.env['LOG_LEVEL'] ?? 'silent');
  await using rest = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'hf-chaos-'));
  const dataDir = join(folder, 'postgres');
  let left = folder;
  rest.defer(() => rm(left, { recursive: true, force: true, maxRetries: 7, retryDelay: 100 }));
  const start = () => startEmbeddedPostgres({ dataDir, log, settings: SETTINGS });
  let postgres = await start();
  rest.defer(() => postgres[Symbol.asyncDispose]());
  const { url } = postgres;
  await migrate(url);
  const pool = createPool(url, { name: DRIVER, max: 12, log });
  rest.defer(() => pool.end());
  await createMarkTable(pool);
  const days = localDays(Date.now());
  const ids = await insertWorld(pool, days);
  const all = rest.move();
  return {
    ...{ url, pool, log, folder, days },
    ...ids,
    async restart(awayMs, crash) {
      if (crash) await crashPostgres(join(dataDir, 'cluster'), crash);
      await postgres[Symbol.asyncDispose]();
      await delay(awayMs);
      postgres = await start();
      // Everyone knows the old address.
      if (postgres.url !== url) throw new Error('another program took the port of Postgres');
    },
    keepLogs() {
      left = dataDir;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

type World = Pick<Ground, 'orgId' | 'projectId' | 'limitedProjectId' | 'userId'>;

async function insertWorld(pool: Pool, days: LocalDays): Promise<World> {
  const { rows } = await pool.query<World>(
    `with u as (insert into "user" (email, name) values ('chaos@example.com', 'Chaos') returning id),
          o as (insert into org (slug, name) values ('chaos', 'Chaos') returning id),
          m as (insert into user_org (user_id, org_id, is_default) select u.id, o.id, true from u, o),
          p as (insert into project (org_id, slug, name, owner_user_id, warehouse_schema, timezone)
                select o.id, 'chaos', 'Chaos', u.id, 'wh_chaos', $1 from o, u returning id, org_id, owner_user_id),
          l as (insert into project (org_id, slug, name, owner_user_id, warehouse_schema, timezone, max_running)
                select o.id, 'limited', 'Limited', u.id, 'wh_limited', $1, $2 from o, u returning id)
     select p.id as "projectId", l.id as "limitedProjectId", p.org_id as "orgId", p.owner_user_id as "userId"
     from p, l`,
    [days.zone, FIRST_LIMIT],
  );
  const world = rows[0]!;
  const choices = dayChoices(days);
  for (const name of CALENDARS) {
    const { dates, weekdays } = choices[FIRST_CHOICE[name]]!;
    await pool.query(
      'insert into calendar (project_id, name, dates, weekdays) values ($1, $2, $3, $4)',
      [world.projectId, name, dates, weekdays],
    );
  }
  return world;
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
