/** Prisma's Postgres adapter with three repairs that its migration engine needs (adapter-pg 7.10):
 *  a script is sent whole (it splits at every `;`, those inside function bodies and comments too),
 *  the catalogue's "char" columns are read (it refuses them), and a shadow database really is
 *  another one (with a connection string it would be the very same). */
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { SCHEMA } from './db.ts';

const CHAR_OID = 18;
const TEXT_OID = 25;

/** The engine forgets the connections that it opens; disposal closes them. */
export type MigrationAdapter = SqlMigrationAwareDriverAdapterFactory & AsyncDisposable;

export function migrationAdapter(url: string): MigrationAdapter {
  const opened: SqlDriverAdapter[] = [];
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async connect() {
      const adapter = await connect(url);
      opened.push(adapter);
      return adapter;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.splice(0).map((adapter) => adapter.dispose()));
    },
    async connectToShadowDb() {
      const name = `shadow_${crypto.randomUUID().replaceAll('-', '')}`;
      await onMaintenance(url, `create database ${name}`);
      const shadowUrl = new URL(url);
      shadowUrl.pathname = `/${name}`;
      await onMaintenance(shadowUrl.href, `create schema ${SCHEMA}`);
      const adapter = await connect(shadowUrl.href);
      const dispose = adapter.dispose.bind(adapter);
      adapter.dispose = async () => {
        await dispose();
        await onMaintenance(url, `drop database ${name} with (force)`);
      };
      return adapter;
    },
  };
}

async function connect(url: string): Promise<SqlDriverAdapter> {
  const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${SCHEMA}`, max: 2 });
  const charColumns = readCharAsText(pool);
  const adapter = await new PrismaPg(pool, { schema: SCHEMA, disposeExternalPool: true }).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const i of charColumns.get(query.sql) ?? []) {
      result.columnTypes[i] = ColumnTypeEnum.Character;
    }
    return result;
  };
  adapter.executeScript = async (script) => {
    await pool.query(script);
  };
  return adapter;
}

/** Hides "char" from the adapter and answers which columns of which statement had it. */
function readCharAsText(pool: pg.Pool): Map<string, number[]> {
  const charColumns = new Map<string, number[]>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>;
  const mended = async (...args: unknown[]) => {
    const result = await query(...args);
    const fields = result.fields ?? [];
    const found = fields.flatMap((field, i) => (field.dataTypeID === CHAR_OID ? [i] : []));
    for (const i of found) fields[i]!.dataTypeID = TEXT_OID;
    if (found.length > 0) charColumns.set((args[0] as pg.QueryConfig).text, found);
    return result;
  };
  pool.query = mended as typeof pool.query;
  return charColumns;
}

async function onMaintenance(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
