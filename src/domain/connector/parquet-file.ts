/** A Parquet file that is read here and there, as its footer says: one of this machine, or one that was downloaded. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AsyncBuffer } from 'hyparquet';
import { Failure } from './failure.ts';
import { openUrl } from './open-url.ts';

/** A download that does not end would fill the disk. */
const MAX_DOWNLOAD_BYTES = 20e9;

export type ParquetFile = AsyncDisposable &
  AsyncBuffer & {
    /** @throws Failure where the file was written to since it was opened. */
    refuseChanged(): Promise<void>;
  };

export async function openParquetFile(path: string, name: string): Promise<ParquetFile> {
  const handle = await open(path, 'r');
  const { size, mtimeMs } = await handle.stat();
  const changed = () => new Failure(`${name} was changed while it was read; sync it again.`, true);
  return {
    byteLength: size,
    slice: (start, end = size) => read(handle, start, Math.min(end, size), changed),
    async refuseChanged() {
      const now = await handle.stat();
      if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed();
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function read(
  handle: FileHandle,
  start: number,
  end: number,
  changed: () => Failure,
): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw changed();
    at += bytesRead;
  }
  return bytes.buffer;
}

/** Fetches the file first: its footer is at the end, and not every server sends parts. It has no name any more once it is
 *  open, so that it vanishes with this process whatever happens.
 *  @throws Failure. */
export async function downloadParquetFile(
  url: string,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<ParquetFile> {
  const folder = await mkdtemp(join(tmpdir(), 'hf-parquet-'));
  try {
    const path = join(folder, 'file');
    const opened = await openUrl(url, { authorization, signal });
    try {
      await pipeline(opened.stream, limited(), createWriteStream(path), { signal });
    } finally {
      opened.close();
    }
    return await openParquetFile(path, url);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function limited(): Transform {
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      if (bytes <= MAX_DOWNLOAD_BYTES) done(null, piece);
      else done(new Failure(`The file is larger than ${MAX_DOWNLOAD_BYTES / 1e9} GB.`));
    },
  });
}
