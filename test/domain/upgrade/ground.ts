/** A database as an installation from before v0.0.38 left it: the oldest migrations, people, a project with
 *  dashboards, and the old tables with their rows. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { upgrade } from '#domain/upgrade/upgrade.ts';
import { createPool, type Pool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { migrationNames } from '#platform/migrate.ts';
import { createEmptyDatabase, createTestDatabase } from '#test/support/database.ts';
import { createHouse } from '#test/support/factories.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../prisma/migrations');
export const SCRIPT = join(
  import.meta.dirname,
  '../../../prisma/scripts/drop_pipeline_schedules.sql',
);

/** How many of the oldest migrations such an installation has. */
const APPLIED = 2;

export const log = createLog('test', 'silent');

export type OldInstallation = Awaited<ReturnType<typeof createOldInstallation>>;

/** @param from 'old': migrations are pending; 'migrated': none is, which costs a tenth. */
export async function createOldInstallation(from: 'old' | 'migrated' = 'migrated') {
  const database = await (from === 'old' ? createEmptyDatabase() : createTestDatabase());
  const pool = createPool(database.url, { name: 'test', max: 4, log });
  if (from === 'old') await applyOldest(pool);
  const house = await createHouse(pool);
  const { rows } = await pool.query<{ id: number }>(
    `insert into dashboard (org_id, project_id, title) select $1, $2, 'Board ' || n from generate_series(1, 3) n
     returning id`,
    [house.org.id, house.project.id],
  );
  const dashboards = rows.map(({ id }) => id);
  return {
    ...house,
    url: database.url,
    pool,
    dashboards,
    upgrade: (url = database.url) => upgrade(url, log),
    /** The table of reports with these rows; what they leave out is as it should be. */
    async reports(given: readonly Record<string, unknown>[], schema = 'public') {
      await pool.query(`create schema if not exists "${schema}"`);
      await pool.query(
        `create table "${schema}".report_schedules (
           id serial primary key, project_id int, name text, dashboard_ids int[], recipients text[], format text,
           cron text, timezone text, time_filter jsonb, owner_user_id int, active bool, last_run_at timestamptz,
           mail_footer text)`,
      );
      const whole = given.map((row, index) => ({
        id: index + 1,
        project_id: house.project.id,
        name: `Report ${index + 1}`,
        dashboard_ids: [dashboards[0]],
        recipients: ['boss@example.com'],
        format: 'pdf',
        cron: '0 7 * * 1',
        timezone: 'Asia/Jakarta',
        owner_user_id: house.people.designer.id,
        active: true,
        last_run_at: '2026-01-05T00:00:00Z',
        mail_footer: 'kind regards',
        ...row,
      }));
      await fill(pool, `"${schema}".report_schedules`, whole);
    },
    async pipelines(given: readonly Record<string, unknown>[], schema = 'public') {
      await pool.query(
        `create table "${schema}".pipeline_schedules (
           id serial primary key, project_id int, recipe text, cron text, timezone text, active bool,
           owner_user_id int, cluster text)`,
      );
      const whole = given.map((row, index) => ({
        id: index + 1,
        project_id: house.project.id,
        recipe: 'orders_mart',
        cron: '30 2 * * *',
        timezone: 'Europe/Berlin',
        active: true,
        owner_user_id: house.people.designer.id,
        cluster: 'blue',
        ...row,
      }));
      await fill(pool, `"${schema}".pipeline_schedules`, whole);
    },
    async runScript() {
      await pool.query(await readFile(SCRIPT, 'utf8'));
    },
    async scenarios() {
      const found = await pool.query('select * from scenario order by id');
      return found.rows;
    },
    /** Everything that a start could have changed: tables with their columns, rows of the old ones, migrations. */
    async picture() {
      const tables = await pool.query(
        `select table_schema, table_name, string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position)
         from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema')
         group by 1, 2 order by 1, 2`,
      );
      const counts = await pool.query(
        `select (select count(*) from scenario) as scenarios, (select count(*) from audit_log) as changes,
                (select jsonb_agg(to_jsonb(m) order by started_at) from _prisma_migrations m) as migrations`,
      );
      return { tables: tables.rows, counts: counts.rows };
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function fill(
  pool: Pool,
  table: string,
  given: readonly Record<string, unknown>[],
): Promise<void> {
  await pool.query(
    `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(given)],
  );
}

/** As `prisma migrate deploy` would have, so that the rest can follow. */
async function applyOldest(pool: Pool): Promise<void> {
  await pool.query(
    `create schema honeyframe;
     create table _prisma_migrations (
       id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
       migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
       started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`,
  );
  for (const name of (await migrationNames()).slice(0, APPLIED)) {
    const sql = await readFile(join(MIGRATIONS, name, 'migration.sql'), 'utf8');
    await pool.query(sql);
    await pool.query(
      `insert into _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       values ($1, $2, now(), $3, 1)`,
      [crypto.randomUUID(), createHash('sha256').update(sql).digest('hex'), name],
    );
  }
}
