/** Prints one document in a context of its own: no script runs, nothing is asked of any host, and whatever the
 *  document left there is gone with the context. */
import type { Browser, BrowserContext, Page } from 'puppeteer';

/** The browser, or the process of this one page, ended. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

/** A context of its own with one page in it, which nothing gets out of. */
export type OpenPage = { readonly context: BrowserContext; readonly page: Page };

/** 100 ms, most of which a new process takes. */
export async function openPage(browser: Browser): Promise<OpenPage> {
  const context = await browser.createBrowserContext();
  // A window that is never shown is never painted: that is a tenth of what a document takes.
  const page = await context.newPage({
    type: 'window',
    windowBounds: { windowState: 'minimized' },
  });
  await seal(page);
  return { context, page };
}

export type Printing = {
  readonly html: string;
  /** Where it is printed; closed afterwards. */
  readonly open: Promise<OpenPage>;
  readonly signal: AbortSignal;
  /** Called when the context could not be closed in time: this browser should not be used again. */
  readonly onStuck: () => void;
};

// Closing takes 20 ms. A step must have ended 2 s after its signal.
const CLOSE_MS = 1_000;

/** @throws Crashed; the signal's reason, once it is aborted. */
export async function print(
  browser: Browser,
  { html, open, signal, onStuck }: Printing,
): Promise<Buffer> {
  signal.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  // Whoever is done before it comes does not wait for it.
  ended.promise.catch(() => {});
  const crash = () => ended.reject(new Crashed('Chromium ended while it drew a report.'));
  const abort = () => ended.reject(signal.reason);
  signal.addEventListener('abort', abort);
  browser.once('disconnected', crash);
  let context: BrowserContext | undefined;
  const work = async () => {
    const opened = await open;
    context = opened.context;
    const { page } = opened;
    page.once('error', crash);
    await page.setContent(html, { waitUntil: 'load', timeout: 0 });
    return Buffer.from(
      await page.pdf({
        preferCSSPageSize: true,
        printBackground: true,
        tagged: true,
        outline: true,
        timeout: 0,
      }),
    );
  };
  const working = work();
  try {
    return await Promise.race([working, ended.promise]);
  } catch (error) {
    if (!browser.connected) crash();
    // What it broke off with counts, not what broke because of that.
    if (signal.aborted || !browser.connected) await ended.promise;
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    browser.off('disconnected', crash);
    working.catch(() => {});
    if (context === undefined) void closeLate(open);
    else if (!(await closed(context))) onStuck();
  }
}

// All that a document could ask for but what lies within it: stopping at each of its fonts would cost 20 ms.
const ELSEWHERE = ['http*', 'ws*', 'file*', 'ftp*', 'blob*', 'chrome*'];

/** The document's own policy says the same; this holds also for a document without one. */
async function seal(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  session.on('Fetch.requestPaused', ({ requestId }) => {
    session
      .send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
      // The page may be gone before its request is answered.
      .catch(() => {});
  });
  await Promise.all([
    page.setJavaScriptEnabled(false),
    page.setOfflineMode(true),
    session.send('Fetch.enable', {
      patterns: ELSEWHERE.map((urlPattern) => ({ urlPattern })),
    }),
  ]);
}

/** Given up before it was open. */
async function closeLate(open: Promise<OpenPage>): Promise<void> {
  try {
    await closed((await open).context);
  } catch {
    // Then there is nothing to close.
  }
}

async function closed(context: BrowserContext): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((done) => {
    timer = setTimeout(() => done(false), CLOSE_MS);
  });
  const closing = context.close().then(
    () => true,
    // It is gone together with its browser.
    () => true,
  );
  const isClosed = await Promise.race([closing, late]);
  clearTimeout(timer);
  return isClosed;
}
