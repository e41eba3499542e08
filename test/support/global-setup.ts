/** One Postgres for a test run, with a migrated template database that tests clone. The embedded one, in a
 *  temporary folder, or the one of TEST_DATABASE_URL (15 or newer; its user may create databases). */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog } from '#platform/log.ts';
import { databaseUrl } from './database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database in which others may be created and dropped. */
    maintenanceUrl: string;
    /** The name of the migrated database to clone. Nobody may be connected to it. */
    templateDatabase: string;
  }
}

// Nothing need survive a crash: the data lives as long as the run.
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const resources = new AsyncDisposableStack();
  try {
    const maintenanceUrl = process.env['TEST_DATABASE_URL'] ?? (await startPostgres(resources));
    const template = `hf_template_${crypto.randomUUID().slice(0, 8)}`;
    await onDatabase(maintenanceUrl, `create database ${template}`);
    resources.defer(() => onDatabase(maintenanceUrl, `drop database ${template} with (force)`));
    await migrateTemplate(databaseUrl(maintenanceUrl, template));
    project.provide('maintenanceUrl', maintenanceUrl);
    project.provide('templateDatabase', template);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
  return () => resources.disposeAsync();
}

async function startPostgres(resources: AsyncDisposableStack): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hf-test-'));
  resources.defer(() => rm(dataDir, { recursive: true, force: true }));
  const log = createLog('test-postgres', 'warn');
  const postgres = resources.use(await startEmbeddedPostgres({ dataDir, log, settings: SETTINGS }));
  return postgres.url;
}

async function migrateTemplate(url: string): Promise<void> {
  const program = join(import.meta.dirname, 'migrate-template.ts');
  await promisify(execFile)(process.execPath, [program], {
    env: { ...process.env, DATABASE_URL: url },
  });
}

async function onDatabase(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
