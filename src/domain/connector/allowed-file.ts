/** Files that a connector may read: in a folder of this machine and below it, or behind http(s), below an address. */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { explained, Failure } from './failure.ts';
import { openUrl } from './open-url.ts';

/** Fields of the forms of every type that reads files. */
export const FILES = {
  config: {
    folder: z
      .string()
      .min(1)
      .refine(isAbsolute, 'an absolute path, e.g. /srv/data')
      .optional()
      .describe(
        'The folder in which files are read, and below it; nothing outside of it. E.g. /srv/data',
      ),
    base_url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Where files behind http(s) are read, and below it. E.g. https://example.com/export/',
      ),
  },
  secrets: {
    authorization: z
      .string()
      .min(1)
      .optional()
      .describe('Sent as the Authorization header of every request. E.g. Bearer abc'),
  },
  source: {
    path: z
      .string()
      .min(1)
      .optional()
      .describe("A file, relative to the connector's folder. E.g. orders/2026.csv"),
    url: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A file's address, below the connector's base_url or relative to it. E.g. orders.csv",
      ),
  },
};

export type Places = {
  readonly folder?: string | undefined;
  readonly base_url?: string | undefined;
};

/** Whether folder and address are there, in a sentence.
 *  @throws Failure. */
export async function findPlaces(
  config: Places,
  secrets: { readonly authorization?: string | undefined },
  signal: AbortSignal,
): Promise<string> {
  if (config.folder === undefined && config.base_url === undefined) {
    throw new Failure('Give the connector a folder or a base_url.');
  }
  const found: string[] = [];
  if (config.folder !== undefined) {
    const { folder } = config;
    const entry = await explained(`Folder ${folder}`, () =>
      missing(`Folder ${folder}`, stat(folder)),
    );
    if (!entry.isDirectory()) throw new Failure(`${folder} is not a folder.`);
    found.push(`folder ${folder} is there`);
  }
  if (config.base_url !== undefined) {
    const opened = await openUrl(config.base_url, { ...secrets, signal, anyStatus: true });
    opened.close();
    found.push(`${config.base_url} answers`);
  }
  return found.join('; ');
}

/** A file of the connector's folder, by its real name, and its size.
 *  @throws Failure. */
export async function findFile(
  config: Places,
  path: string,
): Promise<{ file: string; size: number }> {
  if (config.folder === undefined) {
    throw new Failure(`The connector has no folder, so ${path} cannot be read; give it one.`);
  }
  // Links are followed before the comparison: one that leads outside is outside.
  const folder = await missing(`Folder ${config.folder}`, realpath(config.folder));
  const wanted = resolve(folder, path);
  if (!within(folder, wanted)) throw outside(path, config.folder);
  const file = await missing(`File ${join(config.folder, path)}`, realpath(wanted));
  if (!within(folder, file)) throw outside(path, config.folder);
  const entry = await stat(file);
  if (!entry.isFile()) throw new Failure(`${join(config.folder, path)} is not a file.`);
  return { file, size: entry.size };
}

function within(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const outside = (path: string, folder: string) =>
  new Failure(
    `${path} lies outside of the connector's folder ${folder}; only files below it are read.`,
  );

/** Names the file in the two refusals that are about the file itself. */
async function missing<T>(what: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Failure(`${what} does not exist; check the path, or put it there.`);
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new Failure(`${what} may not be read by this process; give it the permission.`);
    }
    throw error;
  }
}

/** The address of a file below the connector's base_url.
 *  @throws Failure. */
export function addressOf(config: Places, url: string): string {
  if (config.base_url === undefined) {
    throw new Failure(`The connector has no base_url, so ${url} cannot be read; give it one.`);
  }
  const base = new URL(config.base_url);
  const address = URL.parse(url, base);
  const root = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  const below = address?.pathname === base.pathname || address?.pathname.startsWith(root);
  if (address === null || address.origin !== base.origin || below !== true) {
    throw new Failure(`${url} does not lie below the connector's base_url ${config.base_url}.`);
  }
  return address.href;
}
