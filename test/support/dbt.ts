/** The real dbt, which tests of recipes need. Made when it is missing; a machine that cannot make it has no Python, or
 *  does not reach its package index, and then they skip and say why. */
import { setUpDbt } from '../../scripts/dbt.mjs';
import { join } from 'node:path';

const reason = await setUpDbt(join(import.meta.dirname, '../..'));

/** Why there is none; null where there is. */
export const noDbt: string | null = reason;

/** Whether to skip, said once a file. */
export function withoutDbt(): boolean {
  if (reason !== null) process.stderr.write(`skipped, for dbt cannot be installed: ${reason}\n`);
  return reason !== null;
}
