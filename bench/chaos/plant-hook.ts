/** `node --import plant-hook.ts`: rewrites files of ours as they are loaded, as CHAOS_PLANT asks, and ends the process
 *  when a file has not the text that is to be replaced, or is never loaded: a bug that was not planted proves nothing. */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Edit = {
  /** From the root of the checkout. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

const ROOT = join(import.meta.dirname, '../..');
const edits = JSON.parse(process.env['CHAOS_PLANT'] ?? '[]') as readonly Edit[];
const left = new Map(edits.map((edit) => [pathToFileURL(join(ROOT, edit.file)).href, edit]));

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const edit = left.get(url);
    if (!edit) return loaded;
    left.delete(url);
    const source = String(
      loaded.source instanceof Uint8Array ? Buffer.from(loaded.source) : loaded.source,
    );
    if (source.split(edit.from).length !== 2) {
      throw new Error(`${edit.file} has not once the text "${edit.from}"`);
    }
    return { ...loaded, source: source.replace(edit.from, () => edit.to) };
  },
});

setTimeout(() => {
  if (left.size > 0) throw new Error(`never loaded: ${[...left.keys()].join(', ')}`);
}, 5_000).unref();
