/** Brings a database to this version: migrations, then what remains of before v0.0.38, then the drift check. Every
 *  process does so before it serves, under one advisory lock: the first one works, the others find nothing to do. */
import pg from 'pg';
import { row, rows, sqlState } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import { CHANNELS } from '../event/channels.ts';
import { checkReports, quoted, type CheckedTable } from './check-reports.ts';
import { convertReports } from './convert-reports.ts';
import { driftWords, findDrift, searchedSchemas } from './drift.ts';
import * as sql from './old-tables.sql.ts';
import type { OldTable } from './old-tables.sql.ts';
import { UpgradeRefused } from './refusal.ts';
import { timeScenarios } from './time-scenarios.ts';

// 'hf upgr' in ASCII. drop_pipeline_schedules.sql takes the same, so that it never works beside a start.
export const UPGRADE_LOCK = '29385687173195634';

/** Writers of an old table get this long to end what they have begun. */
const LOCK_TIMEOUT = '60s';

/** 0.1 s when there is nothing to do, on two busy cores.
 *  @param url a direct connection: a pooler in transaction mode keeps no session's lock.
 *  @returns the schemas that were searched for old tables.
 *  @throws UpgradeRefused when a person must decide something first; nothing is changed then, unless only tables are
 *  left over, which is looked at last. */
export async function upgrade(url: string, log: Log): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'hf upgrade',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // One that dies in use fails its statement; unheard, its event would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`set timezone = 'UTC'`);
    await client.query('select pg_advisory_lock($1)', [UPGRADE_LOCK]);
    const schemas = await searchedSchemas(client);
    await takeOverReports(client, url, schemas, log);
    await inTransaction(client, () => timeScenarios(client));
    const left = await findDrift(client, schemas);
    if (left.length > 0) throw new UpgradeRefused(driftWords(left));
    return schemas;
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    throw new UpgradeRefused(
      `The upgrade lacks a right: ${(error as Error).message}. No old table was changed. Start once as the owner of ` +
        'the old tables and of schema honeyframe, or grant that.',
      { cause: error },
    );
  } finally {
    await client.end();
  }
}

/** Migrations and the conversion: all rows are checked before the first, and stay locked until the last is done. */
async function takeOverReports(
  client: pg.Client,
  url: string,
  schemas: readonly string[],
  log: Log,
): Promise<void> {
  const tables = await tablesToConvert(client, schemas);
  if (tables.length === 0) {
    await migrateAndTell(url, log);
    return;
  }
  await inTransaction(client, async () => {
    const beganMs = performance.now();
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    const names = tables.map(quoted).join(', ');
    await client.query(`lock table ${names} in share row exclusive mode`);
    const checked = await checkAll(client, tables);
    await migrateAndTell(url, log);
    for (const table of checked) {
      const { archive, converted } = await convertReports(client, table);
      const ms = Math.round(performance.now() - beganMs);
      log.info({ archive, converted, ms }, 'old reports are scenarios now');
    }
    await client.query('select pg_notify($1, $2), pg_notify($3, $4)', [
      ...[CHANNELS.schedule, ''],
      ...[CHANNELS.scenario, '*'],
    ]);
  });
}

/** Going back to the savepoint gives up the locks that reading took, for which the migrations, on a connection of
 *  their own, would wait for ever. Those on the old tables stay. */
async function checkAll(client: pg.Client, tables: readonly OldTable[]): Promise<CheckedTable[]> {
  await client.query('savepoint checking');
  const { hasProjects } = (await row(client, sql.ourTables))!;
  const checked = await checkReports(client, tables, hasProjects);
  await client.query('rollback to savepoint checking');
  return checked;
}

/** A table that comes back after it was taken over is not taken over again: somebody runs the old version still, and
 *  every report would go out twice. The drift check tells of it. */
async function tablesToConvert(client: pg.Client, schemas: readonly string[]) {
  const found = await findDrift(client, schemas);
  const reports = found.filter(({ name, isTable }) => name === 'report_schedules' && isTable);
  if (reports.length === 0) return [];
  const { hasLedger } = (await row(client, sql.ourTables))!;
  const before = hasLedger ? await rows(client, sql.convertedSchemas) : [];
  const done = new Set(before.map(({ schema }) => schema));
  return reports.filter(({ schema }) => !done.has(schema));
}

async function migrateAndTell(url: string, log: Log): Promise<void> {
  const migrations = await migrate(url);
  if (migrations.length > 0) log.info({ migrations }, 'the database was migrated');
}

async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that is lost has rolled back by itself; the reason is what counts.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
