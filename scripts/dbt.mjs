/** Makes the dbt that builds recipes: a Python environment of its own in .dbt, from the hash-locked
 *  python/dbt-requirements.txt; once, until that file changes. Plain JavaScript without a dependency.
 *
 *    node scripts/dbt.mjs                 makes it, or says why it cannot (`npm run setup:dbt`)
 *    node scripts/dbt.mjs --background    the same, telling failure in one line: all else works without */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withCheckoutLock } from './checkout-lock.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const REQUIREMENTS = 'python/dbt-requirements.txt';
// The system's own first. dbt 1.12 runs on none older than 3.10.
const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const FITS = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

/** Where it is, or will be: src/domain/recipe/dbt-program.ts looks there, too.
 *  @param {string} root */
function folderOf(root) {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, REQUIREMENTS)))
    .digest('hex');
  return join(root, '.dbt', hash.slice(0, 12));
}

/** Whether it can be used. The mark is written last.
 *  @param {string} root */
export const isDbtReady = (root) => existsSync(join(folderOf(root), 'ready'));

/** Makes it, one process at a time.
 *  @param {string} root
 *  @returns {Promise<string | null>} why it could not be made; null when it is there */
export async function setUpDbt(root) {
  if (isDbtReady(root)) return null;
  return withCheckoutLock(root, () => (isDbtReady(root) ? null : make(root)), 'dbt.lock');
}

/** @param {string} root */
async function make(root) {
  const python = await findPython();
  if (python === null) {
    return 'there is no Python 3.10 or newer with venv and ensurepip (Debian: apt install python3-venv)';
  }
  const folder = folderOf(root);
  // Of an installation that was interrupted, and of older versions.
  if (existsSync(dirname(folder))) {
    for (const old of readdirSync(dirname(folder))) {
      rmSync(join(dirname(folder), old), { recursive: true, force: true });
    }
  }
  mkdirSync(dirname(folder), { recursive: true });
  const startedAt = performance.now();
  process.stderr.write('· install dbt …\n');
  const made = await run(python, ['-m', 'venv', folder]);
  if (made.code !== 0) return failure(`${python} -m venv`, made);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  // Wheels alone: nothing is built here, and no package's code runs while it is installed.
  const locked = ['--require-hashes', '--no-deps', '--only-binary=:all:', '-r', REQUIREMENTS];
  const installed = await run(join(folder, 'bin/python'), [...pip, ...locked], root);
  if (installed.code !== 0) return failure('pip install', installed);
  writeFileSync(join(folder, 'ready'), '');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stderr.write(`✓ install dbt: ${seconds} s\n`);
  return null;
}

async function findPython() {
  const named = process.env['PYTHON'];
  for (const python of named ? [named] : PYTHONS) {
    if ((await run(python, ['-c', FITS])).code === 0) return python;
  }
  return null;
}

/** @param {string} program @param {string[]} args @param {string} [cwd]
 *  @returns {Promise<{ code: number | null, text: string }>} */
function run(program, args, cwd = ROOT) {
  return new Promise((done) => {
    let text = '';
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    }
    // What it left half made is made anew next time.
    const stop = () => child.kill('SIGKILL') && process.exit(143);
    process.once('SIGTERM', stop).once('SIGINT', stop);
    child.once('error', (error) => done({ code: 127, text: error.message }));
    child.once('close', (code) => {
      process.off('SIGTERM', stop).off('SIGINT', stop);
      done({ code, text });
    });
  });
}

/** @param {string} what @param {{ code: number | null, text: string }} ended */
function failure(what, { code, text }) {
  const lines = text.split('\n').filter((line) => line.trim());
  const told = lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? '';
  return `${what} failed (exit ${code}): ${told.trim()}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reason = await setUpDbt(ROOT);
  if (reason !== null) {
    const rest = 'recipes cannot be built until `npm run setup:dbt` succeeds';
    process.stderr.write(`✗ install dbt: ${reason}; ${rest}.\n`);
  }
  process.exit(reason === null ? 0 : 1);
}
