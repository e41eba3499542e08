/** Rows of a CSV file: in a folder of this machine, or behind http(s). It streams: 64 KB at a time, the next
 *  piece only when the last one has been taken. */
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { addressOf, FILES, findFile, findPlaces } from './allowed-file.ts';
import type { Batch, Cell, ConnectorType, OpenedRows, SourceColumn } from './connector-type.ts';
import { CsvParser } from './csv-parser.ts';
import { explained, Failure } from './failure.ts';
import { openUrl } from './open-url.ts';
import { columnNames } from './column-names.ts';

const CHUNK_BYTES = 64 * 1024;

const config = z.strictObject(FILES.config);

const secrets = z.strictObject(FILES.secrets);

const character = z.string().length(1);

const source = z
  .strictObject({
    ...FILES.source,
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
    return findPlaces(config, secrets, signal);
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
  const { file, size } = await findFile(config, path);
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES, signal });
  return { stream, totalBytes: size, close: () => stream.destroy() };
}
