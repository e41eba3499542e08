/** A temporary folder for one test, gone when disposed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TestFolder = AsyncDisposable & { readonly path: string };

export async function createTestFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'hf-test-'));
  return {
    path,
    // Again for up to 3 s: a Postgres whose parent was killed may still be writing its last files.
    [Symbol.asyncDispose]: () =>
      rm(path, { recursive: true, force: true, maxRetries: 7, retryDelay: 100 }),
  };
}
