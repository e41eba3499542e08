/** What a process needs to join the all-in-one of this machine: its database and its secrets. */
import { resolve } from 'node:path';
import { holderOf } from '#platform/folder-lock.ts';
import { readSecrets } from './secrets.ts';

/** The environment with DATABASE_URL, JWT_SECRET and SECRET_KEY filled in from DATA_DIR where they are
 *  not set.
 *  @throws Error saying what to start or set when there is no database to join. */
export function joinEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const dataDir = resolve(env['DATA_DIR'] || '.data');
  const databaseUrl = env['DATABASE_URL'] || holderOf(dataDir)?.databaseUrl;
  if (!databaseUrl) {
    throw new Error(
      `No database to join: nothing runs in ${dataDir} and DATABASE_URL is not set. ` +
        'Run npm start first, or set DATABASE_URL (and DATA_DIR, where it is another).',
    );
  }
  const given = Object.entries(env).filter(([, value]) => value);
  return { ...readSecrets(dataDir), ...Object.fromEntries(given), DATABASE_URL: databaseUrl };
}
