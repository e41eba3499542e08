/** What every npm script goes through: makes the checkout ready (see prepare.mjs), then runs the program
 *  on the Node that npm installed here. Plain JavaScript without a dependency, for Node 20 and newer:
 *  at its start nothing is installed yet.
 *
 *  The scripts in package.json begin with exec: the shell that npm puts in between would die of npm's
 *  SIGTERM without handing it on.
 *
 *    node scripts/bootstrap.mjs <file.ts | tool> [arguments]      e.g. src/server.ts, vitest run
 *    node scripts/bootstrap.mjs                                   only makes ready
 *    node scripts/bootstrap.mjs --console                         the console, too */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { isDbtReady } from './dbt.mjs';
import { prepare, PreparationError, ROOT, stepsFor } from './prepare.mjs';

const OLDEST_NODE = 20;
const BIN = join(ROOT, 'node_modules/.bin');
// What runs here is pinned, so Node's "this may change" lines tell its reader nothing.
const QUIET = '--disable-warning=ExperimentalWarning';

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    `Node ${OLDEST_NODE} or newer is needed to begin; this is ${process.versions.node} ` +
      `(${process.execPath}). Node ${OLDEST_NODE} is enough: it fetches the version that runs the rest.`,
  );
  process.exit(1);
}

const argv = process.argv.slice(2);
try {
  await prepare(ROOT, stepsFor(argv));
} catch (error) {
  if (!(error instanceof PreparationError)) throw error;
  console.error(error.message);
  process.exit(1);
}

const [program, ...args] = argv;
if (buildsRecipes(argv) && !isDbtReady(ROOT)) installDbt();
if (program !== undefined && program !== '--console') run(program, args);

/** Whether it, or the worker that it starts, builds recipes. Of tests all of them: a few ask for themselves.
 *  @param {string[]} argv */
function buildsRecipes(argv) {
  const [program, second] = argv;
  const tests = program === 'scripts/test.ts' && argv.length === 1;
  return tests || program === 'src/all-in-one.ts' || second === 'worker/main.ts';
}

/** Beside the program, which need not wait 20 s for it: a build that comes earlier waits. */
function installDbt() {
  const dbt = join(ROOT, 'scripts/dbt.mjs');
  const child = spawn(process.execPath, [dbt, '--background'], { stdio: ['ignore', 2, 2] });
  process.once('exit', () => child.kill());
}

/** @param {string} program @param {string[]} args */
function run(program, args) {
  const isFile = /\.m?[jt]s$/.test(program);
  const node = join(BIN, 'node');
  const child = spawn(isFile ? node : join(BIN, program), isFile ? [program, ...args] : args, {
    cwd: ROOT,
    // The channel tells the program when this process dies, however it dies.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: [BIN, process.env['PATH']].join(delimiter),
      NODE_OPTIONS: [process.env['NODE_OPTIONS'], QUIET].filter(Boolean).join(' '),
    },
  });
  child.once('error', (error) => {
    console.error(`${program} cannot be started: ${error.message}`);
    process.exit(127);
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  // npm that is killed cannot hand it on. Without npm, a parent may well leave us behind on purpose.
  const { ppid } = process;
  const whenAlone = () => process.ppid !== ppid && child.kill('SIGTERM');
  if (process.env['npm_lifecycle_event']) setInterval(whenAlone, 1000).unref();
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
  });
}
