/** `join.ts <program> [arguments]`: runs a program of ours against the all-in-one that runs on this machine,
 *  or against DATABASE_URL where that is set: a further worker, a further API, the command line. */
import { resolve } from 'node:path';
import { joinEnvironment } from '#local/environment.ts';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('Usage: join.ts <program> [arguments]');
try {
  Object.assign(process.env, joinEnvironment(process.env));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
process.argv = [process.execPath, resolve(program), ...args];
await import(resolve(program));
