/** Where a benchmark stands: a Postgres of its own with fsync on and default settings, migrated, with one project;
 *  gone afterwards. `BENCH_DATABASE_URL` names another server, on which a database is made and dropped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createPool, type Pool } from '#platform/db.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog, type Log } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';

export type Ground = AsyncDisposable & {
  readonly url: string;
  readonly pool: Pool;
  readonly log: Log;
  readonly projectId: number;
};

export async function prepareGround(): Promise<Ground> {
  const log = createLog('bench', 'error');
  await using rest = new AsyncDisposableStack();
  const server = process.env['BENCH_DATABASE_URL'] ?? (await startServer(rest, log));
  const name = `hf_bench_${process.pid}`;
  await maintain(server, `create database ${name}`);
  rest.defer(() => maintain(server, `drop database ${name} with (force)`));
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await migrate(url);
  const pool = createPool(url, { name: 'bench', max: 4, log });
  rest.defer(() => pool.end());
  const { rows } = await pool.query(`
    with u as (insert into "user" (email, name) values ('bench@example.com', 'Bench') returning id),
         o as (insert into org (slug, name) values ('bench', 'Bench') returning id)
    insert into project (org_id, slug, name, owner_user_id, warehouse_schema)
    select o.id, 'bench', 'Bench', u.id, 'wh_bench' from o, u returning id`);
  const all = rest.move();
  return {
    url,
    pool,
    log,
    projectId: rows[0].id,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Scenarios 1..count of one step that does nothing.
 *  @param more further columns as SQL over `n`, e.g. `{ trigger: "'{\"interval\": \"10s\"}'" }`. */
export async function insertScenarios(
  { pool, projectId }: Ground,
  count: number,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const columns = Object.keys(more);
  await pool.query(
    `insert into scenario (org_id, project_id, owner_user_id, slug, name, steps, step_kinds, policies
                           ${columns.map((column) => `, ${column}`).join('')})
     select p.org_id, p.id, p.owner_user_id, 's' || n, 's' || n, '[{"kind": "noop", "name": "noop"}]', '{noop}',
            '{"overlap": "allow"}' ${columns.map((column) => `, ${more[column]}`).join('')}
     from project p cross join generate_series(1, $2::int) n where p.id = $1`,
    [projectId, count],
  );
}

/** The value below which a share of the sorted numbers lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

async function startServer(rest: AsyncDisposableStack, log: Log): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hf-bench-'));
  rest.defer(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = rest.use(await startEmbeddedPostgres({ dataDir, log }));
  return postgres.url;
}

async function maintain(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
