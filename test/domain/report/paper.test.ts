/** What stands on paper is whole: measured in a Chromium of the paper's width. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DashboardView } from '#domain/dashboard/view.ts';
import { renderPage } from '#domain/report/page.ts';
import { PAPER } from '#domain/report/page-style.ts';
import { launchChromium } from '#platform/chromium.ts';
import { card, days, kpi, table, view } from './views.ts';

let browser: Awaited<ReturnType<typeof launchChromium>>;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const WIDTH = Math.round((PAPER.width * 96) / 25.4);

/** What lies outside of its card or of the paper, and figures that are broken across lines. */
async function flawsOf(views: readonly DashboardView[]): Promise<string[]> {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.setViewport({ width: WIDTH, height: 800 });
  await page.emulateMediaType('print');
  await page.setContent(renderPage(views, { mode: 'print' }), { waitUntil: 'load' });
  const flaws = await page.evaluate((width) => {
    const name = (element: Element) =>
      `${element.className} ${element.closest('.card')?.querySelector('h2')?.textContent.slice(0, 30)}`;
    const all = [
      ...document.querySelectorAll<HTMLElement>('.card, .fits, .words, dl, header, td.n'),
    ];
    return all.flatMap((element) => {
      const { right, height } = element.getBoundingClientRect();
      const isCut = element.scrollHeight > element.clientHeight + 2;
      return [
        ...(element.tagName === 'ARTICLE' && isCut ? [`cut: ${name(element)}`] : []),
        ...(element.matches('.fits') && isCut ? [`rows cut: ${name(element)}`] : []),
        ...(right > width + 1 ? [`beyond the paper: ${name(element)}`] : []),
        ...(element.matches('header') && height > 100 ? ['the heading is high'] : []),
        ...(element.matches('td.n') && element.getClientRects().length > 1 ? ['broken'] : []),
      ];
    });
  }, WIDTH);
  await page.close();
  return flaws;
}

const at = (x: number, y: number, w: number, h: number) => ({ position: { x, y, w, h } });

test('a table that just fits its card has all of its rows in it', async () => {
  const tables = [2, 3, 4, 5, 6].flatMap((h, place) =>
    Array.from({ length: 3 }, (_, n) =>
      table(2 * h - 1 + n + (h > 4 ? h - 4 : 0), {
        title: `${h} high`,
        ...at(n * 4, place * 6, 4, h),
      }),
    ),
  );
  expect(await flawsOf([view(tables)])).toEqual([]);
});

test('long names, long figures and long messages stay in their cards, and cards on the first page', async () => {
  const long = 'A name that goes on and on '.repeat(9);
  const views = [
    view(
      [
        kpi(long, 123_456_789.12, 0, 'of a very long unit of measure'),
        card({ title: long, error: 'a long message '.repeat(90), ...at(4, 0, 3, 2) }),
        card({ title: 'Unbroken'.repeat(20), visualisation: 'pie', ...at(7, 0, 5, 4) }),
        card({
          title: long,
          visualisation: 'kpi',
          columns: ['n', 'one', 'two', 'three'].map((name) => ({ name, type: 'number' as const })),
          rows: [[1e15, 2e15, 3e15, 4e15]],
          ...at(0, 4, 2, 3),
        }),
        card({ title: '', visualisation: 'line', ...at(2, 4, 10, 3) }),
      ],
      { title: long, project: { id: 1, slug: 'p', name: long }, leftOut: 3 },
    ),
  ];
  expect(await flawsOf(views)).toEqual([]);
});

test('figures are whole however many columns there are, and the columns without room are counted', async () => {
  const names = Array.from({ length: 24 }, (_, n) => `a column with number ${n}`);
  const wide = table(40, {
    ...at(0, 0, 12, 6),
    columns: names.map((name, n) => ({ name, type: n % 3 === 2 ? 'text' : 'number' })),
    rows: Array.from({ length: 40 }, (_, row) =>
      names.map((_name, n) => (n % 3 === 2 ? 'some words in it' : row * 1e9 + 0.25)),
    ),
  });
  expect(await flawsOf([view([wide])])).toEqual([]);
  expect(renderPage([view([wide])], { mode: 'print' })).toMatch(/and \d+ more columns/);
});

test('charts of nothing say so in words', () => {
  const columns = [
    { name: 'day', type: 'date' },
    { name: 'n', type: 'number' },
  ] as const;
  const nothing = days(9).map(([day]) => [day, null]);
  const cards = (['bar', 'line', 'area', 'pie'] as const).map((visualisation) =>
    card({ visualisation, columns, rows: nothing }),
  );
  const html = renderPage([view(cards)], { mode: 'print' });
  expect(html.match(/No values in this period/g)).toHaveLength(4);
  const zero = card({ visualisation: 'pie', rows: [['a', 0]] });
  expect(renderPage([view([zero])], { mode: 'print' })).toContain('no value is above zero');
});
