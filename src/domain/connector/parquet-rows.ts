/** A Parquet file as batches of rows: some of a row group at a time, never the whole of the file. */
import { parquetMetadataAsync, parquetRead, parquetSchema, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { columnNames } from './column-names.ts';
import type { Batch, Cell, OpenedRows } from './connector-type.ts';
import { asFailure, Failure } from './failure.ts';
import type { ParquetFile } from './parquet-file.ts';
import { isDecimal, parquetColumn, PARSERS, type ParquetColumn } from './parquet-types.ts';

/** Rows that are decoded at a time: 20,000 of 8 columns are some 20 MB. Lists and structs are found only by reading a
 *  group from its beginning, so there fewer and larger pieces cost less. */
const SLICE_ROWS = 20_000;
const NESTED_SLICE_ROWS = 100_000;

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
  const columns = fields.map((field) => parquetColumn(field, binaryAsText));
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
  columns: readonly ParquetColumn[],
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const most = columns.some(({ nested }) => nested) ? NESTED_SLICE_ROWS : SLICE_ROWS;
  const total = Number(metadata.num_rows);
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    while (start < end) {
      signal.throwIfAborted();
      const until = Math.min(end, start + most);
      const rows = await slice(file, metadata, name, start, until);
      yield {
        rows: rows.map((row) => cellsOf(row, columns)),
        lines: rows.map((_, i) => start + i + 1),
        broken: [],
        bytes: Math.round((file.byteLength * until) / total),
      };
      start = until;
    }
  }
  await file.refuseChanged();
}

async function slice(
  file: ParquetFile,
  metadata: FileMetaData,
  name: string,
  rowStart: number,
  rowEnd: number,
): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  await reading(name, () =>
    parquetRead({
      file,
      metadata,
      rowStart,
      rowEnd,
      compressors,
      parsers: PARSERS,
      utf8: false,
      geoparquet: false,
      useOffsetIndex: true,
      onComplete: (read) => {
        rows = read;
      },
    }),
  );
  if (rows.length === rowEnd - rowStart) return rows;
  throw new Failure(`${name} has fewer rows than it says: ${rowStart + rows.length} of ${rowEnd}.`);
}

function cellsOf(row: readonly unknown[], columns: readonly ParquetColumn[]): Cell[] {
  return columns.map(({ cell }, i) => {
    const value = row[i];
    return value === null || value === undefined ? null : cell(value);
  });
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
