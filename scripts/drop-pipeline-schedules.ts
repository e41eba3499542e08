/** `npm run upgrade:drop-pipeline-schedules`: runs prisma/scripts/drop_pipeline_schedules.sql for those who have no
 *  psql, on DATABASE_URL or else on the embedded Postgres of DATA_DIR, which it starts for that long. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { parseConfig } from '#platform/config.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { lockFolder } from '#platform/folder-lock.ts';
import { createLog } from '#platform/log.ts';

const SCRIPT = join(import.meta.dirname, '../prisma/scripts/drop_pipeline_schedules.sql');

try {
  process.exitCode = await main();
} catch (error) {
  // No database, or one that somebody else runs on: its words say what to do.
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const config = parseConfig({ LOG_LEVEL: 'warn', ...process.env });
  await using parts = new AsyncDisposableStack();
  let url = config.listenDatabaseUrl;
  if (url === undefined) {
    parts.use(lockFolder(config.dataDir));
    const log = createLog('upgrade', config.logLevel);
    const dataDir = join(config.dataDir, 'postgres');
    url = parts.use(await startEmbeddedPostgres({ dataDir, log })).url;
  }
  const client = new pg.Client({ connectionString: url, application_name: 'hf upgrade' });
  client.on('notice', ({ message }) => console.log(message));
  await client.connect();
  parts.defer(() => client.end());
  try {
    await client.query(await readFile(SCRIPT, 'utf8'));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    console.error([error.message, error.hint].filter(Boolean).join('\n'));
    return 1;
  }
  console.log('Done: start the API and the workers again.');
  return 0;
}
