/** A Parquet file as batches of rows: some of a row group at a time, never the whole of the file. */
import { parquetMetadataAsync, parquetRead, parquetSchema, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { columnNames } from './column-names.ts';
import type { Batch, Cell, OpenedRows } from './connector-type.ts';
import { asFailure, Failure } from './failure.ts';
import type { ParquetFile } from './parquet-file.ts';
import { isDecimal, parquetColumn, PARSERS, type ParquetColumn } from './parquet-types.ts';

/** Rows of a batch. A row group is decoded once, column by column: pages hold up to a million values, so that reading a
 *  group in pieces would decode each page again for every piece. */
const BATCH_ROWS = 5000;

/** @param name for people. The file is closed with the rows.
 *  @throws Failure. */
export async function openRows(
  file: ParquetFile,
  name: string,
  binaryAsText: boolean,
  signal: AbortSignal,
): Promise<OpenedRows> {
  const metadata = await reading(name, () => parquetMetadataAsync(file, { geoparquet: false }));
  const fields = parquetSchema(metadata).children;
  const columns = fields.map((field) => ({
    ...parquetColumn(field, binaryAsText),
    field: field.element.name,
  }));
  for (const { element, children } of fields) {
    if (children.length > 0 || !isDecimal(element)) continue;
    // Without a type the library hands out the digits instead of a double.
    delete element.converted_type;
    delete element.logical_type;
  }
  const names = columnNames(fields.map(({ element }) => element.name));
  return {
    columns: columns.map(({ type }, i) => ({ name: names[i]!, type })),
    totalBytes: file.byteLength,
    batches: batches(file, metadata, columns, name, signal),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function* batches(
  file: ParquetFile,
  metadata: FileMetaData,
  columns: readonly (ParquetColumn & { readonly field: string })[],
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const total = Number(metadata.num_rows);
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    const values: Values[] = [];
    for (const { field } of columns) {
      signal.throwIfAborted();
      values.push(await readColumn(file, metadata, name, field, start, end));
    }
    for (let from = start; from < end; from += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, end - from);
      const cells = columns.map(({ cell }, i) => take(values[i]!, count, cell));
      yield {
        rows: Array.from({ length: count }, (_, row) => cells.map((column) => column[row]!)),
        lines: Array.from({ length: count }, (_, row) => from + row + 1),
        broken: [],
        bytes: Math.round((file.byteLength * (from + count)) / total),
      };
    }
    start = end;
  }
  await file.refuseChanged();
}

/** The values of a column, page by page, and how far they have been taken. */
type Values = { readonly pages: ArrayLike<unknown>[]; page: number; at: number };

async function readColumn(
  file: ParquetFile,
  metadata: FileMetaData,
  name: string,
  field: string,
  rowStart: number,
  rowEnd: number,
): Promise<Values> {
  const pages: ArrayLike<unknown>[] = [];
  await reading(name, () =>
    parquetRead({
      file,
      metadata,
      columns: [field],
      rowStart,
      rowEnd,
      compressors,
      parsers: PARSERS,
      utf8: false,
      geoparquet: false,
      onChunk: ({ columnData }) => void pages.push(columnData),
    }),
  );
  const count = pages.reduce((sum, page) => sum + page.length, 0);
  if (count === rowEnd - rowStart) return { pages, page: 0, at: 0 };
  throw new Failure(
    `${name} has ${count} values of ${field} where it says that there are ${rowEnd - rowStart}.`,
  );
}

function take(values: Values, count: number, cell: ParquetColumn['cell']): Cell[] {
  const taken: Cell[] = [];
  while (taken.length < count) {
    const page = values.pages[values.page]!;
    if (values.at === page.length) {
      // Let go of what has been taken.
      values.pages[values.page++] = [];
      values.at = 0;
      continue;
    }
    const value = page[values.at++];
    taken.push(value === null || value === undefined ? null : cell(value));
  }
  return taken;
}

/** What the library refuses is about the file, not about this program. */
async function reading<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = asFailure(error, `Reading ${name}`);
    if (failure instanceof Failure || !(error instanceof Error)) throw failure;
    throw new Failure(`${name} cannot be read as Parquet: ${error.message}.`, false, error);
  }
}
