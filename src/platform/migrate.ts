/** Migrations through Prisma's own engine, as the WebAssembly that npm carries: the native one would be
 *  downloaded. It keeps the usual `_prisma_migrations` table, so `prisma migrate deploy` works elsewhere. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemasContainer } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { SCHEMA, type Queryable } from './db.ts';
import { migrationAdapter, type MigrationAdapter } from './migration-adapter.ts';

const PRISMA_DIR = join(import.meta.dirname, '../../prisma');
const MIGRATIONS_DIR = join(PRISMA_DIR, 'migrations');
const FILTERS = { externalTables: [], externalEnums: [] };

// 'hf migr' in ASCII: any number will do, as long as every process takes the same.
const MIGRATE_LOCK = '29383037163891826';

/** Applies what is not applied yet and returns the names, in order. Safe when several processes boot at
 *  once: the others wait for the first, then find nothing to do. Costs 20 ms when nothing changed. */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'hf migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATE_LOCK]);
    if ((await pendingMigrations(client)).length === 0) return [];
    // Asked for only now: it takes a right that a database which is up to date need not give.
    await client.query(`create schema if not exists ${SCHEMA}`);
    await using adapter = migrationAdapter(url);
    const engine = await createEngine(adapter, await readSchema());
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(),
      filters: FILTERS,
    });
    return appliedMigrationNames;
  } finally {
    await client.end();
  }
}

/** The names of those that are in the repository and not applied, oldest first. Further ones that a newer version has
 *  applied do not count. */
export async function pendingMigrations(db: Queryable): Promise<string[]> {
  const applied = new Set(await appliedNames(db));
  return (await migrationNames()).filter((name) => !applied.has(name));
}

/** The SQL that leads from the migrations to schema.prisma: empty when the two agree.
 *  @param url a database in which a shadow database may be created. */
export async function pendingSql(url: string): Promise<string> {
  const schema = await readSchema();
  await using adapter = migrationAdapter(url);
  const engine = await createEngine(adapter, schema);
  const { stdout } = await engine.diff({
    from: { tag: 'migrations', ...(await readMigrations()) },
    to: { tag: 'schemaDatamodel', ...schema },
    script: true,
    exitCode: null,
    filters: FILTERS,
  });
  const sql = stdout ?? '';
  return sql.includes('This is an empty migration') ? '' : sql;
}

/** The names of the migrations in the repository, oldest first. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(MIGRATIONS_DIR, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function appliedNames(client: Queryable): Promise<string[]> {
  const table = await client.query(`select to_regclass('${SCHEMA}._prisma_migrations') as name`);
  if (table.rows[0].name === null) return [];
  const applied = await client.query(
    `select migration_name from ${SCHEMA}._prisma_migrations
     where finished_at is not null and rolled_back_at is null order by migration_name`,
  );
  return applied.rows.map((row) => row.migration_name);
}

async function createEngine(adapter: MigrationAdapter, schema: SchemasContainer) {
  // Loaded on demand: 4 MB of WebAssembly that a process with nothing to migrate never needs.
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm');
  return SchemaEngine.new(
    { datamodels: schema.files.map((file) => [file.path, file.content]) },
    () => {},
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}

async function readSchema(): Promise<SchemasContainer> {
  const path = join(PRISMA_DIR, 'schema.prisma');
  return { files: [{ path, content: await readFile(path, 'utf8') }] };
}

async function readMigrations(): Promise<MigrationList> {
  const names = await migrationNames();
  return {
    baseDir: MIGRATIONS_DIR,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(MIGRATIONS_DIR, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8'),
          },
        },
      })),
    ),
  };
}
