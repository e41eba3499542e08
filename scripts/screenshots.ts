/** `npm run screenshots`: pictures of every screen in every state, light and dark, on a phone, a laptop and a wide
 *  screen, into `.screens/`, with a contact sheet. Ends with 1 when a page is wider than its window, or a state could
 *  not be brought about.
 *
 *    npm run screenshots -- --only run     those whose names begin so */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'puppeteer';
// oxlint-disable-next-line no-restricted-imports -- a tool beside the tests, not a part of the product
import { launchChromium } from '#test/support/chromium.ts';
import { layGround, type Ground } from './screenshots/ground.ts';
import { contactSheet } from './screenshots/sheet.ts';
import { SHOTS, type Shot } from './screenshots/shots.ts';
import { openStage } from './screenshots/stage.ts';
import { calm, nameOf, settle, take, VARIANTS, type Variant } from './screenshots/take.ts';

const FOLDER = join(import.meta.dirname, '../.screens');

const { only = '' } = parseArgs({ options: { only: { type: 'string' } } }).values;
const wanted = SHOTS.filter(({ name }) => name.startsWith(only));
process.exitCode = (await takeAll(wanted)) ? 0 : 1;

/** @returns whether all is well. */
async function takeAll(shots: readonly Shot[]): Promise<boolean> {
  if (shots.length === 0) throw new Error(`No screen is called ${only}…`);
  if (only === '') await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await using stage = await openStage();
  const ground = await layGround(stage);
  await using browser = await launchChromium();
  const stranger = await browser.createBrowserContext();
  await signIn(await browser.newPage(), stage);
  let isWell = true;
  for (const shot of shots) {
    await shot.before?.(stage);
    for (const variant of VARIANTS) {
      const page = await (shot.anonymous ? stranger : browser).newPage();
      const problems = await takeOne(page, shot, variant, { url: stage.url, ground });
      await page.close();
      isWell &&= problems.length === 0;
      const mark = problems.length === 0 ? '✓' : '✗';
      process.stdout.write(`${mark} ${shot.name}-${nameOf(variant)}\n`);
      for (const line of problems) process.stdout.write(`    ${line}\n`);
    }
  }
  const taken = new Set(await readdir(FOLDER));
  const names = SHOTS.map(({ name }) => name);
  await writeFile(join(FOLDER, 'index.html'), contactSheet(names, taken));
  process.stdout.write(`${join(FOLDER, 'index.html')}\n`);
  return isWell;
}

/** @returns what is wrong with it, a line each. */
async function takeOne(
  page: Page,
  { name, path, act }: Shot,
  variant: Variant,
  { url, ground }: { url: string; ground: Ground },
): Promise<string[]> {
  const { width, height, dark } = variant;
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
  ]);
  page.setDefaultTimeout(20_000);
  const file = `${FOLDER}/${name}-${nameOf(variant)}.png` as const;
  try {
    const at = typeof path === 'string' ? path : await path(ground);
    await page.goto(new URL(at, url).href);
    await settle(page);
    await act?.(page, ground, nameOf(variant));
    await calm(page);
    return await take(page, file);
  } catch (error) {
    await page.screenshot({ path: file });
    return [`it was not brought about: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** By the request that the form sends; its cookie is every page's of this browser. */
async function signIn(page: Page, stage: { url: string; email: string; password: string }) {
  await page.goto(`${stage.url}/sign-in`);
  const status = await page.evaluate(
    async (body) => {
      const answer = await fetch('/api/auth/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return answer.status;
    },
    { username: stage.email, password: stage.password },
  );
  if (status !== 200) throw new Error(`signing in was answered with ${status}`);
  await page.close();
}
