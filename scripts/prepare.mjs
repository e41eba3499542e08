/** Makes a checkout ready to run: installs what package-lock.json lists when something else is installed,
 *  generates the Prisma client when schema.prisma or a generator changed, and builds the console, for those
 *  who serve it, when its sources changed. Looking costs 0.05 s. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withCheckoutLock } from './checkout-lock.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A step that failed, told for people: step, command, what it said, remedy. */
export class PreparationError extends Error {}

/** A step makes something of something: it is needed while the stamp beside what it made says that it was made
 *  of something else. Where the tool keeps such a record itself, `needed` reads that.
 *
 *  @typedef {{ name: string, command: (root: string) => string[], remedy: string,
 *    env?: (root: string) => Record<string, string> }} Work
 *  @typedef {Work & { needed: (root: string) => boolean }} RecordedStep
 *  @typedef {Work & { stamp: string, hash: (root: string) => string }} StampedStep
 *  @typedef {RecordedStep | StampedStep} Step */

/** @type {readonly Step[]} */
const STEPS = [
  {
    name: 'install the packages',
    needed: (root) => !installedAsLocked(root),
    // Named again, because NODE_ENV=production or a setting of npm would leave them out.
    command: () => [...npm(), 'ci', '--include=dev', '--include=optional', '--loglevel=error'],
    remedy: 'Is the npm registry reachable (npm ping)? Is the disk full? Then run the same again.',
  },
  {
    name: 'generate the Prisma client',
    stamp: 'src/generated/prisma.stamp',
    hash: generatorHash,
    command: (root) => [
      join(root, 'node_modules/.bin/node'),
      join(root, 'node_modules/prisma/build/index.js'),
      'generate',
    ],
    env: (root) => ({
      // It starts its generators by name.
      PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      // Generating never uses this engine, yet Prisma downloads it unless some file is named.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
    }),
    remedy: 'Mend prisma/schema.prisma where the lines above point, then run the same again.',
  },
];

/** @type {Step} */
const CONSOLE = {
  name: 'build the console',
  // Vite empties the folder first, so that a build that was interrupted leaves no stamp.
  stamp: '.console/build.stamp',
  hash: consoleHash,
  command: (root) => [
    join(root, 'node_modules/.bin/node'),
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    '--config',
    join(root, 'src/console/vite.config.ts'),
  ],
  env: () => ({ NODE_ENV: 'production' }),
  remedy: 'Mend src/console where the lines above point, then run the same again.',
};

// What serves the console, or tests it.
const SERVERS = ['src/all-in-one.ts', 'src/server.ts', 'scripts/screenshots.ts', '--console'];
const TESTS = 'scripts/test.ts';

/** What a program needs before it runs.
 *  @param {readonly string[]} argv as bootstrap.mjs is given it */
export function stepsFor(argv) {
  const [program, ...args] = argv;
  // A program that joins others is the argument of the one that joins it.
  const serves = argv.slice(0, 2).some((word) => SERVERS.includes(word));
  // Single tests need it where they are the browser's.
  const paths = args.filter((arg) => !arg.startsWith('-'));
  const tests =
    program === TESTS &&
    (paths.length === 0 || paths.some((path) => path.includes('test/browser')));
  return serves || tests ? [...STEPS, CONSOLE] : STEPS;
}

/** Runs the steps that are needed, one process at a time in a checkout; tells each on standard error.
 *  @param {string} root @param {readonly Step[]} steps */
export async function prepare(root, steps = STEPS) {
  if (!steps.some((step) => isNeeded(root, step))) return;
  await withCheckoutLock(root, async () => {
    // Looked at again step by step: another process may have done it meanwhile, and packages decide
    // whether the client is old.
    for (const step of steps) if (isNeeded(root, step)) await take(root, step);
  });
}

/** Whether node_modules holds what package-lock.json lists, by npm's own record of it. A stamp of ours
 *  would distrust every `npm install` by hand.
 *  @param {string} root */
export function installedAsLocked(root) {
  const locked = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (locked === null) throw new PreparationError(`${root}/package-lock.json cannot be read.`);
  if (installed === null || !existsSync(join(root, 'node_modules/.bin/node'))) return false;
  const differs = Object.entries(locked).some(([path, { version, integrity, optional }]) => {
    // '' is the project itself; optional ones are for other machines.
    if (path === '') return false;
    const found = installed[path];
    if (found === undefined) return !optional;
    return found.version !== version || found.integrity !== integrity;
  });
  return !differs && Object.keys(installed).every((path) => path in locked);
}

/** Of all that decides what is generated.
 *  @param {string} root */
export function generatorHash(root) {
  const hash = createHash('sha256').update(readText(join(root, 'prisma/schema.prisma')) ?? '');
  for (const name of ['prisma', '@pothos/plugin-prisma']) {
    const text = readText(join(root, 'node_modules', name, 'package.json'));
    hash.update(text === null ? 'absent' : JSON.parse(text).version);
  }
  return hash.digest('hex');
}

/** Of all that decides how the console is built.
 *  @param {string} root */
export function consoleHash(root) {
  const folder = join(root, 'src/console');
  const hash = createHash('sha256').update(readText(join(root, 'package-lock.json')) ?? '');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const content = readBytes(join(folder, name));
    if (content !== null) hash.update(`\0${name}\0`).update(content);
  }
  return hash.digest('hex');
}

/** @param {string} root @param {Step} step */
function isNeeded(root, step) {
  if ('needed' in step) return step.needed(root);
  return readText(join(root, step.stamp)) !== step.hash(root);
}

/** @param {string} root @param {Step} step */
async function take(root, step) {
  const { name, command, env, remedy } = step;
  // Of what the work begins with: what changes meanwhile asks for it again.
  const hash = 'hash' in step ? step.hash(root) : null;
  const [program, ...args] = /** @type {[string, ...string[]]} */ (command(root));
  const startedAt = performance.now();
  process.stderr.write(`· ${name} …\n`);
  const { code, lines } = await execute(program, args, root, env?.(root));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code !== 0) {
    const told = lines.map((line) => `    ${line}`).join('\n');
    throw new PreparationError(
      `✗ ${name}: failed after ${seconds} s (exit ${code})\n  ${[program, ...args].join(' ')}\n${told}\n  ${remedy}`,
    );
  }
  if ('stamp' in step) {
    mkdirSync(dirname(join(root, step.stamp)), { recursive: true });
    writeFileSync(join(root, step.stamp), /** @type {string} */ (hash));
  }
  process.stderr.write(`✓ ${name}: ${seconds} s\n`);
}

/** @param {string} program @param {string[]} args @param {string} cwd
 *  @param {Record<string, string>} [env]
 *  @returns {Promise<{ code: number | null, lines: string[] }>} of both streams, without the middle */
function execute(program, args, cwd, env) {
  return new Promise((done) => {
    let text = '';
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    }
    child.once('error', (error) => done({ code: 127, lines: [error.message] }));
    child.once('close', (code) => done({ code, lines: shortened(text.split('\n')) }));
  });
}

/** npm names the cause first and gives its usage after it; others name the cause last.
 *  @param {string[]} lines */
function shortened(lines) {
  const told = lines.filter((line) => line.trim());
  return told.length <= 24 ? told : [...told.slice(0, 12), '…', ...told.slice(-12)];
}

/** npm as it was called, by the Node that it was called with: the one in node_modules is about to go. */
function npm() {
  const path = process.env['npm_execpath'];
  if (!path || basename(path) !== 'npm-cli.js') return ['npm'];
  return [process.env['npm_node_execpath'] ?? process.execPath, path];
}

/** @param {string} path
 *  @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | null} */
function readPackages(path) {
  const text = readText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text).packages ?? null;
  } catch {
    // Half written by an npm that was interrupted: as good as absent.
    return null;
  }
}

/** @param {string} path */
function readText(path) {
  return readBytes(path)?.toString('utf8') ?? null;
}

/** Null where there is no such file, or a folder.
 *  @param {string} path */
function readBytes(path) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
