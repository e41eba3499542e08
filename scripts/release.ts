/** `npm run release`: lets workers that were started with START_HELD=1 tick and send. For whoever operates the
 *  installation: it needs its DATABASE_URL and concerns all organisations. */
import { parseConfig, required } from '#platform/config.ts';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { releaseHeld } from '#domain/tick/hold.ts';

const config = parseConfig(process.env);
const url = required(config.databaseUrl, 'DATABASE_URL');
const pool = createPool(url, {
  name: 'hf release',
  max: 1,
  log: createLog('release', config.logLevel),
});
await releaseHeld(pool);
await pool.end();
console.log('Released: workers that were started held tick and send from now on.');
