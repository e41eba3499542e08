/** Dashboards as a mail. */
import { afterAll, expect, test } from 'vitest';
import { renderMail } from '#domain/report/mail.ts';
import { launchChromium } from '#platform/chromium.ts';
import { card, everyKind, kpi, table, view } from './views.ts';

const WORDS = {
  subject: 'Week 47',
  message: 'Good morning.\n\nBye.',
  link: 'https://hub.example.com/r/1',
};
const launched: Awaited<ReturnType<typeof launchChromium>>[] = [];
afterAll(async () => void (await Promise.all(launched.map((browser) => browser.close()))));

test('charts are pictures within the mail, tables are tables, and nothing is remote or runs', () => {
  const { html, images } = renderMail([everyKind()], WORDS);
  expect(html).not.toMatch(/<script|<svg|<link|@import|url\(|data:/i);
  const sources = [...html.matchAll(/<img src="([^"]*)"/g)].map(([, src]) => src);
  expect(sources).toEqual(images.map(({ cid }) => `cid:${cid}`));
  expect(images).toHaveLength(4);
  for (const { png } of images) {
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBeLessThanOrEqual(1280);
  }
  expect(html).toContain('<th scope="col" align="right"');
  expect(html).toContain('Good morning.</p>');
  expect(html).toContain('href="https://hub.example.com/r/1"');
});

test('rows above the cap are counted', () => {
  const { html, text } = renderMail([view([table(200)])], WORDS);
  expect(html).toContain('and 175 more rows');
  expect(text).toContain('and 185 more rows');
});

test.each([
  ['many long tables', Array.from({ length: 80 }, () => table(500))],
  ['hundreds of cards', Array.from({ length: 400 }, (_, at) => kpi(`Figure ${at}`, at, 0))],
  [
    'long texts',
    Array.from({ length: 12 }, () => card({ visualisation: 'text', text: 'word '.repeat(2_000) })),
  ],
])('%s stay below 100 kB', (_, cards) => {
  const { html } = renderMail([view(cards)], WORDS);
  expect(Buffer.byteLength(html)).toBeLessThan(100_000);
  expect(html).toMatch(/more (rows|cards)|too large for a mail/);
});

test('the plain text says the same', () => {
  const { text } = renderMail([everyKind({ leftOut: 1 })], WORDS);
  expect(text).toContain('Good morning.');
  expect(text).toContain('Sales overview\n==============');
  expect(text).toContain('Mon 16 – Sun 22 Nov 2026 · Europe/Berlin');
  expect(text).toContain('Revenue: $1,234,568');
  expect(text).toMatch(/category +revenue\nBooks +\$?12,345\.5/);
  expect(text).toContain('1 card is not shown');
  expect(text).toContain('Open in the console: https://hub.example.com/r/1');
});

test('words are words, whatever they look like', () => {
  const nasty = '<img src=x onerror=alert(1)>"&';
  const cards = [
    card({ title: nasty, rows: [[nasty, 1]] }),
    card({ error: nasty }),
    kpi(nasty, 1, 0),
  ];
  const { html } = renderMail([view(cards, { title: nasty })], {
    subject: nasty,
    message: nasty,
    link: null,
  });
  expect(html).not.toContain('<img src=x');
});

test.each([390, 800])(
  'at %i px nothing is wider than the window, without script or network',
  async (width) => {
    const wide = table(5, {
      columns: Array.from({ length: 9 }, (_, at) => ({
        name: `a column named ${at}`,
        type: 'text' as const,
      })),
      rows: [Array.from({ length: 9 }, () => 'words in a cell')],
    });
    const long = card({ title: 'Unbroken'.repeat(20), rows: [['x'.repeat(80), 1]] });
    const { html, images } = renderMail([everyKind(), view([wide, long])], WORDS);
    const shown = images.reduce(
      (all, { cid, png }) =>
        all.replaceAll(`cid:${cid}`, `data:image/png;base64,${png.toString('base64')}`),
      html,
    );
    const browser = launched[0] ?? (await launchChromium());
    if (launched.length === 0) launched.push(browser);
    const page = await browser.newPage();
    await page.setJavaScriptEnabled(false);
    await page.setOfflineMode(true);
    await page.setViewport({ width, height: 800 });
    await page.setContent(shown, { waitUntil: 'load' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const sizes = await page.evaluate(() => [...document.images].map((image) => image.width));
    for (const size of sizes) expect(size).toBeGreaterThan(300);
    await page.close();
  },
);
