/** Makes a checkout ready to run: installs what package-lock.json lists when something else is installed,
 *  and generates the Prisma client when schema.prisma or a generator changed. Looking costs 0.05 s. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withCheckoutLock } from './checkout-lock.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A step that failed, told for people: step, command, what it said, remedy. */
export class PreparationError extends Error {}

/** @typedef {{ name: string, needed: (root: string) => boolean, command: (root: string) => string[],
 *    env?: (root: string) => Record<string, string>, done?: (root: string) => void, remedy: string }} Step */

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
    needed: (root) => readText(join(root, STAMP)) !== generatorHash(root),
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
    done(root) {
      mkdirSync(dirname(join(root, STAMP)), { recursive: true });
      writeFileSync(join(root, STAMP), generatorHash(root));
    },
    remedy: 'Mend prisma/schema.prisma where the lines above point, then run the same again.',
  },
];

const STAMP = 'src/generated/prisma.stamp';

/** Runs the steps that are needed, one process at a time in a checkout; tells each on standard error.
 *  @param {string} root @param {readonly Step[]} steps */
export async function prepare(root, steps = STEPS) {
  const needed = () => steps.filter((step) => step.needed(root));
  if (needed().length === 0) return;
  await withCheckoutLock(root, async () => {
    // Looked at again step by step: another process may have done it meanwhile, and packages decide
    // whether the client is old.
    for (const step of steps) if (step.needed(root)) await take(root, step);
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

/** @param {string} root @param {Step} step */
async function take(root, { name, command, env, done, remedy }) {
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
  done?.(root);
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
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
