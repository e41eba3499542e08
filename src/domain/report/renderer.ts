/** Turns documents into PDF, two at a time. A document whose Chromium ends in the middle is tried once more; after
 *  its signal, and after disposal, nothing of it is left within 2 s. */
import { escapeHtml } from '#platform/html.ts';
import type { Log } from '#platform/log.ts';
import { createBrowsers } from './browsers.ts';
import { Crashed, print } from './print.ts';

export type Renderer = {
  /** For whoever will have a document soon: starts what takes a second. */
  prepare(): void;
  /** @param html a whole document, see page.ts.
   *  @param options.title the PDF's; the document's own when left out.
   *  @throws RenderFailed; the signal's reason, once it is aborted. */
  pdf(html: string, options: { title?: string; signal: AbortSignal }): Promise<Buffer>;
};

/** No PDF could be made, in words for whoever waits for it. */
export class RenderFailed extends Error {
  override readonly name = 'RenderFailed';
}

export type RendererOptions = {
  readonly log: Log;
  /** Documents at the same time; default 2, the best on two cores. */
  readonly concurrency?: number;
  /** Documents that one Chromium prints before a fresh one takes its place; default 100. */
  readonly documents?: number;
  /** Of one document; default 60. Eight charts take less than one. */
  readonly seconds?: number;
};

const TRIES = 2;

export function createRenderer(options: RendererOptions): Renderer & AsyncDisposable {
  const { log, concurrency = 2, documents = 100, seconds = 60 } = options;
  const browsers = createBrowsers({ documents, log });
  const gate = createGate(concurrency);
  const closed = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  async function once(html: string, signal: AbortSignal): Promise<Buffer> {
    using lent = await abortable(browsers.lend(), signal, (late) => late[Symbol.dispose]());
    try {
      return await print(lent.browser, {
        html,
        open: lent.open(),
        signal,
        onStuck: lent.retire,
      });
    } catch (error) {
      if (error instanceof Crashed && !lent.browser.connected) lent.retire();
      throw error;
    }
  }

  async function pdf(html: string, signal: AbortSignal): Promise<Buffer> {
    using _slot = await gate.enter(signal);
    const late = AbortSignal.timeout(seconds * 1000);
    const either = AbortSignal.any([signal, late]);
    for (let tried = 1; ; tried += 1) {
      try {
        return await once(html, either);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (late.aborted) {
          throw new RenderFailed(
            `The report took longer than ${seconds} s to print; it may have too many rows.`,
          );
        }
        if (!(error instanceof Crashed)) {
          throw new RenderFailed('Chromium could not print the report.', { cause: error });
        }
        log.warn({ tried }, 'Chromium ended while it printed a report');
        if (tried < TRIES) continue;
        throw new RenderFailed(
          `Chromium ended ${TRIES} times while it printed the report; it may lack memory.`,
          { cause: error },
        );
      }
    }
  }

  return {
    prepare: () => browsers.prepare(),
    pdf(html, { title, signal }) {
      const either = AbortSignal.any([signal, closed.signal]);
      const printing = pdf(title === undefined ? html : entitled(html, title), either);
      const tracked = printing.catch(() => {}).finally(() => underWay.delete(tracked));
      underWay.add(tracked);
      return printing;
    },
    async [Symbol.asyncDispose]() {
      closed.abort(new RenderFailed('The renderer was closed while the report was printed.'));
      await Promise.all([browsers[Symbol.asyncDispose](), ...underWay]);
    },
  };
}

const entitled = (html: string, title: string) =>
  html.replace(/<title>[^<]*<\/title>/, () => `<title>${escapeHtml(title)}</title>`);

/** Lets so many in at a time, in the order in which they came. */
function createGate(places: number) {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async enter(signal: AbortSignal): Promise<Disposable> {
      signal.throwIfAborted();
      if (free > 0) free -= 1;
      else await turn(waiting, signal);
      return { [Symbol.dispose]: leave };
    },
  };
}

function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const enter = () => {
      signal.removeEventListener('abort', give);
      done();
    };
    const give = () => {
      waiting.splice(waiting.indexOf(enter), 1);
      fail(signal.reason);
    };
    signal.addEventListener('abort', give, { once: true });
    waiting.push(enter);
  });
}

/** The work's result, unless the signal comes first; what it yields too late is given back. */
async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal,
  giveBack: (late: T) => void,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } catch (error) {
    if (signal.aborted) work.then(giveBack, () => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
