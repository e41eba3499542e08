/** The built console: a map of files that is read once, at start. What is not in the map does not exist, so no
 *  path leads anywhere else. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { CACHE, staticFile, type Encoding, type StaticFile } from './static-file.ts';

export type ConsoleFiles = {
  /** By path, as in `/assets/main-1a2b.js`. */
  find(path: string): StaticFile | null;
  /** The page that shows every screen; null: the console was never built. */
  readonly page: StaticFile | null;
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

const COMPRESSED: Readonly<Record<string, Encoding>> = { '.br': 'br', '.gz': 'gzip' };
const PAGE = '/index.html';
// The build names these after their content.
const HASHED = '/assets/';

/** @param folder `.console`; none, or a missing one, is an empty one. */
export function readConsoleFiles(folder = ''): ConsoleFiles {
  const files = new Map<string, StaticFile>();
  const names = folder === '' ? new Set<string>() : listFiles(folder);
  for (const name of names) {
    const type = TYPES[extname(name)];
    // Compressed forms are read with what they are forms of; the build's stamp is nobody's business.
    if (type === undefined) continue;
    const path = `/${name.split(sep).join('/')}`;
    const encoded = Object.entries(COMPRESSED)
      .filter(([suffix]) => names.has(name + suffix))
      .map(([suffix, encoding]) => [encoding, readFileSync(join(folder, name + suffix))]);
    const cache = path.startsWith(HASHED) ? CACHE.forever : CACHE.asked;
    const body = readFileSync(join(folder, name));
    files.set(path, staticFile(type, cache, body, Object.fromEntries(encoded)));
  }
  return {
    find: (path) => files.get(path) ?? null,
    page: files.get(PAGE) ?? null,
  };
}

function listFiles(folder: string): Set<string> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    return new Set(paths);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    throw error;
  }
}
