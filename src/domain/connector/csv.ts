/** Rows of a CSV file: in a folder of this machine, or behind http(s). It streams: 64 KB at a time, the next
 *  piece only when the last one has been taken. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { Batch, Cell, ConnectorType, OpenedRows, SourceColumn } from './connector-type.ts';
import { CsvParser } from './csv-parser.ts';
import { explained, Failure } from './failure.ts';
import { openUrl } from './open-url.ts';
import { columnNames } from './column-names.ts';

const CHUNK_BYTES = 64 * 1024;

const config = z.strictObject({
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
});

const secrets = z.strictObject({
  authorization: z
    .string()
    .min(1)
    .optional()
    .describe('Sent as the Authorization header of every request. E.g. Bearer abc'),
});

const character = z.string().length(1);

const source = z
  .strictObject({
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
    delimiter: character.default(',').describe('What stands between fields. E.g. ;'),
    quote: character
      .default('"')
      .describe('What encloses a field that holds delimiters or line ends.'),
    header: z
      .boolean()
      .default(true)
      .describe(
        'Whether the first line names the columns; without it they are column_1, column_2 …',
      ),
    encoding: z
      .enum(['utf-8', 'windows-1252', 'utf-16le'])
      .default('utf-8')
      .describe('How the characters are written. A byte order mark is dropped.'),
  })
  .refine((given) => (given.path === undefined) !== (given.url === undefined), {
    error: 'give either a path or a url',
    path: ['path'],
  })
  .refine((given) => given.delimiter !== given.quote && !/[\r\n]/.test(given.delimiter), {
    error: 'must be neither the quote nor a line end',
    path: ['delimiter'],
  });

type Config = z.output<typeof config>;
type Secrets = z.output<typeof secrets>;
type Source = z.output<typeof source>;

type Bytes = { stream: AsyncIterable<Uint8Array>; totalBytes: number | null; close(): void };

export const csv: ConnectorType<Config, Secrets, Source> = {
  type: 'csv',
  label: 'CSV',
  description: 'Files of comma-separated values, from a folder or over http(s).',
  config,
  secrets,
  async test({ config, secrets }, signal) {
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
  },
  rows: {
    source,
    async open(connector, source, { signal }) {
      const name = source.path ?? source.url!;
      const bytes = await explained(`Reading ${name}`, () =>
        source.path === undefined
          ? openUrl(addressOf(connector.config, name), { ...connector.secrets, signal })
          : openFile(connector.config, name, signal),
      );
      try {
        return await readHeader(bytes, source, name);
      } catch (error) {
        bytes.close();
        throw error;
      }
    },
  },
};

/** Reads up to the header, so that the columns are known before the first row is asked for. */
async function readHeader(bytes: Bytes, source: Source, name: string): Promise<OpenedRows> {
  const batches = parse(bytes.stream, source, name);
  const first = await batches.next();
  if (first.done === true) {
    throw new Failure(
      `${name} is empty${source.header ? ': not even a line that names the columns' : ''}.`,
    );
  }
  const { rows, broken } = first.value;
  const head = rows[0];
  if (head === undefined) throw new Failure(`${name}, line ${broken[0]!.line}: ${broken[0]!.why}.`);
  if (source.header) {
    rows.shift();
    (first.value.lines as number[]).shift();
  }
  const names = source.header ? columnNames(head) : columnNames(head.map(() => null));
  return {
    columns: names.map((column): SourceColumn => ({ name: column, type: null })),
    totalBytes: bytes.totalBytes,
    batches: (async function* () {
      yield first.value;
      yield* batches;
    })(),
    async [Symbol.asyncDispose]() {
      bytes.close();
    },
  };
}

type MutableBatch = Omit<Batch, 'rows'> & { rows: Cell[][] };

/** Batches of at least one row or broken row each. */
async function* parse(
  stream: AsyncIterable<Uint8Array>,
  source: Source,
  name: string,
): AsyncGenerator<MutableBatch, undefined> {
  const decoder = new TextDecoder(source.encoding);
  const parser = new CsvParser(source);
  let bytes = 0;
  const batch = (text: string, last: boolean) => ({ ...parser.push(text, last), bytes });
  const filled = (b: MutableBatch) => b.rows.length > 0 || b.broken.length > 0;
  const pieces = stream[Symbol.asyncIterator]();
  for (;;) {
    const piece = await explained(`Reading ${name}`, () => pieces.next());
    if (piece.done === true) break;
    bytes += piece.value.byteLength;
    const read = batch(decoder.decode(piece.value, { stream: true }), false);
    if (filled(read)) yield read;
  }
  const rest = batch(decoder.decode(), true);
  if (filled(rest)) yield rest;
}

async function openFile(config: Config, path: string, signal: AbortSignal): Promise<Bytes> {
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
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES, signal });
  return { stream, totalBytes: entry.size, close: () => stream.destroy() };
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

function addressOf(config: Config, url: string): string {
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
