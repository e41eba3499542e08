/** `npm run rotate-secrets`: seals the secrets of all connectors anew under SECRET_KEY; SECRET_KEY_PREVIOUS names the
 *  key, or the keys, under which they were sealed. For whoever operates the installation. Workers and APIs have both
 *  keys before it and may lose the old one after it. */
import { parseConfig, required } from '#platform/config.ts';
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { resealSecrets } from '#domain/connector/reseal.ts';

const config = parseConfig(process.env);
const url = required(config.databaseUrl, 'DATABASE_URL');
const key = required(config.secretKey, 'SECRET_KEY');
const pool = createPool(url, {
  name: 'hf rotate',
  max: 1,
  log: createLog('rotate', config.logLevel),
});
try {
  const { resealed, current } = await resealSecrets(pool, key, (done, total) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total}`);
  });
  console.log(
    `Sealed anew: ${resealed}; under the current key already: ${current}. SECRET_KEY_PREVIOUS can go once every process has been restarted without it.`,
  );
} catch (error) {
  console.error(`Nothing was changed. ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await pool.end();
}
