/** One Chromium for all documents, started when the first one comes. After a hundred documents the next ones get a
 *  fresh one, so that what a browser gathers is given back; after five idle minutes there is none. The page for the
 *  next document is opened beforehand, while that is drawn. */
import type { Browser } from 'puppeteer';
import { launchChromium } from '#platform/chromium.ts';
import type { Log } from '#platform/log.ts';
import { openPage, type OpenPage } from './print.ts';

export type Lent = Disposable & {
  readonly browser: Browser;
  /** One that nobody has used. */
  open(): Promise<OpenPage>;
  /** Nobody else gets it. */
  retire(): void;
};

export type Browsers = AsyncDisposable & {
  lend(): Promise<Lent>;
  /** Begins what the next document will wait for. */
  prepare(): void;
};

type Host = {
  readonly browser: Browser;
  documents: number;
  active: number;
  retired: boolean;
  spare: Promise<OpenPage> | null;
};

const IDLE_MS = 5 * 60_000;
const CLOSE_MS = 1_500;

export function createBrowsers(options: { documents: number; log: Log }): Browsers {
  let current: Promise<Host> | null = null;
  let idle: NodeJS.Timeout | undefined;
  let isClosed = false;
  const closing = new Set<Promise<void>>();

  const start = async (): Promise<Host> => {
    const browser = await launchChromium({ prints: true });
    options.log.info(
      { version: await browser.version(), chromiumPid: browser.process()?.pid },
      'Chromium started',
    );
    return { browser, documents: 0, active: 0, retired: false, spare: null };
  };

  const close = (host: Host) => {
    const ended = endBrowser(host.browser, options.log);
    closing.add(ended);
    void ended.finally(() => closing.delete(ended));
  };

  const retire = (host: Host) => {
    if (host.retired) return;
    host.retired = true;
    current = null;
    if (host.active === 0) close(host);
  };

  const take = async (): Promise<Host> => {
    for (;;) {
      if (isClosed) throw new Error('The renderer is closed.');
      const starting = (current ??= start());
      let host: Host;
      try {
        host = await starting;
      } catch (error) {
        if (current === starting) current = null;
        throw error;
      }
      if (!host.browser.connected) retire(host);
      if (!host.retired) return host;
    }
  };

  const openSpare = (host: Host) => {
    if (host.retired || host.spare !== null || !host.browser.connected) return;
    const spare = openPage(host.browser);
    const forget = () => {
      if (host.spare === spare) host.spare = null;
    };
    spare.then(({ page }) => page.once('error', forget), forget);
    host.spare = spare;
  };

  const openIn = (host: Host): Promise<OpenPage> => {
    const { spare } = host;
    host.spare = null;
    return spare ?? openPage(host.browser);
  };

  const restLater = (host: Host) => {
    clearTimeout(idle);
    idle = setTimeout(() => retire(host), IDLE_MS);
    idle.unref();
  };

  return {
    prepare() {
      // Whoever prints will be told what is wrong.
      void take().then(
        (host) => {
          openSpare(host);
          if (host.active === 0) restLater(host);
        },
        () => {},
      );
    },
    async lend() {
      const host = await take();
      clearTimeout(idle);
      host.active += 1;
      host.documents += 1;
      return {
        browser: host.browser,
        open: () => openIn(host),
        retire: () => retire(host),
        [Symbol.dispose]() {
          host.active -= 1;
          if (host.documents >= options.documents) retire(host);
          if (host.retired) {
            if (host.active === 0) close(host);
            return;
          }
          openSpare(host);
          if (host.active === 0) restLater(host);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      clearTimeout(idle);
      const last = current;
      if (last !== null) {
        const [host] = (await Promise.allSettled([last])).map((settled) =>
          settled.status === 'fulfilled' ? settled.value : null,
        );
        // Whoever still prints in it has been told to stop.
        if (host && !host.retired) {
          host.retired = true;
          close(host);
        }
      }
      await Promise.all(closing);
    },
  };
}

/** Asked first, then killed with all its processes, which are a group. Its profile is removed with it. */
async function endBrowser(browser: Browser, log: Log): Promise<void> {
  const process_ = browser.process();
  const exited = new Promise<void>((done) => {
    if (!process_ || process_.exitCode !== null || process_.signalCode !== null) done();
    else process_.once('exit', () => done());
  });
  const timer = setTimeout(() => {
    log.warn(
      { chromiumPid: process_?.pid },
      'Chromium did not end when it was asked to, and is killed',
    );
    if (process_?.pid !== undefined) killGroup(process_.pid);
  }, CLOSE_MS);
  await browser.close().catch((error: unknown) => {
    log.debug({ err: error }, 'Chromium was gone before it was closed');
  });
  await exited;
  clearTimeout(timer);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
