/** First half of a load: every row goes as text into a temporary table of one session, while the types are
 *  worked out.
 *
 *  Why text first: a column's type is known only after its last row. Guessing from a sample means that row
 *  900,000 either ends the sync or is lost; loading as text costs one more pass over the rows inside of
 *  Postgres (2 s for a million) and is right for every file. The table is temporary: it vanishes with its
 *  session, whatever happens to us, and writes no WAL. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Client } from '#platform/db.ts';
import type { OpenedRows } from '../connector/connector-type.ts';
import { asFailure } from '../connector/failure.ts';
import { RowCheck } from './row-check.ts';
import type { PlannedColumn } from './target-table.ts';

/** Its columns are c0, c1 … */
export const TEXT_TABLE = 'pg_temp.hf_staging_text';

const SHOWN_REJECTS = 20;
const MEGABYTE = 1_000_000;

export type Reject = { readonly line: number; readonly why: string };

export type Staged = {
  readonly rowsRead: number;
  readonly rejected: number;
  readonly rejects: readonly Reject[];
  readonly replaced: number;
  readonly bytes: number;
  /** By position, as SQL spells them. */
  readonly types: readonly string[];
};

/** Reads the source to its end. Memory stays the same however many rows come: the source is asked for more
 *  only when Postgres has taken what there was.
 *  @throws Failure; the signal's reason when aborted. */
export async function stageRows(
  session: Client,
  source: OpenedRows,
  columns: readonly PlannedColumn[],
  signal: AbortSignal,
  progress: (rows: number, note: string) => void,
): Promise<Staged> {
  const check = new RowCheck(columns);
  const count = { rowsRead: 0, rejected: 0, bytes: 0 };
  const rejects: Reject[] = [];
  const reject = (line: number, why: string) => {
    count.rejected++;
    if (rejects.length === SHOWN_REJECTS && rejects.at(-1)!.line < line) return;
    // Rows that could not be read at all come after the others of their batch.
    rejects.push({ line, why });
    rejects.sort((a, b) => a.line - b.line);
    rejects.length = Math.min(rejects.length, SHOWN_REJECTS);
  };

  async function* lines() {
    for await (const batch of source.batches) {
      let text = '';
      for (const [i, row] of batch.rows.entries()) {
        const line = batch.lines[i]!;
        const encoded = check.encode(row, line);
        if ('text' in encoded) text += encoded.text;
        else reject(line, encoded.why);
      }
      for (const { line, why } of batch.broken) reject(line, why);
      count.rowsRead += batch.rows.length + batch.broken.length;
      count.bytes = batch.bytes;
      progress(count.rowsRead, readSoFar(batch.bytes, source.totalBytes));
      if (text !== '') yield Buffer.from(text);
    }
  }

  const list = columns.map((_, i) => `c${i} text`).join(', ');
  try {
    await session.query(`create temp table ${TEXT_TABLE.replace('pg_temp.', '')} (${list})`);
    const copy = session.query(copyFrom(`copy ${TEXT_TABLE} from stdin`));
    // A source that sends nothing just now would not notice that there is nobody left to take it.
    copy.once('error', () => void source[Symbol.asyncDispose]());
    // Two pieces under way at most: one being made, one being sent.
    await pipeline(Readable.from(lines(), { highWaterMark: 1 }), copy, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw asFailure(error, 'Loading the rows');
  }
  const types = check.finish(count.rowsRead);
  return { ...count, rejects, replaced: check.replaced, types };
}

function readSoFar(bytes: number, total: number | null): string {
  const done = (bytes / MEGABYTE).toFixed(1);
  return total === null ? `${done} MB read` : `${done} of ${(total / MEGABYTE).toFixed(1)} MB read`;
}
