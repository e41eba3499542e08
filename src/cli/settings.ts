/** Which API is meant, and with which token: flags first, then HF_URL, HF_TOKEN and HF_PROJECT, then the
 *  all-in-one that runs on this machine. */
import { resolve } from 'node:path';
import { readDemoSignIn } from '#local/demo-sign-in.ts';
import { holderOf } from '#platform/folder-lock.ts';
import { CliError, EXIT, usageError } from './exit.ts';
import type { Io } from './io.ts';

export type Settings = {
  /** Ends in a slash. */
  readonly url: URL;
  readonly token: string | null;
  /** Number or slug; null: the token's default. */
  readonly project: string | null;
};

export type Flags = {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly project?: string | undefined;
};

/** @throws CliError when no API is named and none runs here, or the address is none. */
export function readSettings(flags: Flags, { env }: Pick<Io, 'env'>): Settings {
  const local = findLocal(resolve(env['DATA_DIR'] || '.data'));
  const given = flags.url ?? (env['HF_URL'] || undefined);
  if (given === undefined && local === null) {
    throw new CliError(EXIT.noAnswer, 'NO_API', 'No API is named, and none runs in this folder.', {
      remedy: 'Start one with npm start, or name one: --url http://host:4000 or HF_URL.',
    });
  }
  const url = parseUrl(given ?? local!.url);
  // A token of this machine's demo is nobody else's business.
  const ours = local !== null && url.href === parseUrl(local.url).href ? local : null;
  return {
    url,
    token: flags.token ?? (env['HF_TOKEN'] || ours?.token || null),
    project: flags.project ?? (env['HF_PROJECT'] || null),
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usageError(`"${text}" is no address; write one such as http://127.0.0.1:4000.`);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function findLocal(dataDir: string): { url: string; token: string | null } | null {
  const holder = holderOf(dataDir);
  if (!holder?.url) return null;
  const { databaseUrl } = holder;
  const name = databaseUrl && URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  const demo =
    readDemoSignIn(dataDir, 'embedded') ??
    (name && readDemoSignIn(dataDir, name.host + name.pathname));
  return { url: holder.url, token: demo?.token ?? null };
}
