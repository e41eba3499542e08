/** Dashboards as pages: what is told, what is left out, and that nothing lies elsewhere. */
import { expect, test } from 'vitest';
import { renderPage } from '#domain/report/page.ts';
import { card, everyKind, kpi, PERIOD, table, view } from './views.ts';

const MODES = ['page', 'print'] as const;
const bodyOf = (html: string) => html.slice(html.indexOf('<main>'));

test.each(MODES)('a %s holds all that it shows, and runs nothing', (mode) => {
  const html = renderPage([everyKind(), everyKind({ id: 2 })], { mode });
  expect(html).not.toMatch(/<script|javascript:|<link|<iframe|@import|\son\w+=/i);
  for (const [url] of html.matchAll(/(?:src|href)="[^"]*"|url\([^)]*\)|https?:[^\s"'<)]*/g)) {
    expect(url).toMatch(/^url\((data:font\/|#d\d)|^http:\/\/www\.w3\.org\/2000\/svg$/);
  }
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; font-src data:`);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(MODES)('words on a %s are words, whatever they look like', (mode) => {
  const nasty = `</style><script>alert(1)</script>"'&\\`;
  const html = renderPage(
    [
      view(
        [
          card({ title: nasty, rows: [[nasty, 1]] }),
          card({ title: nasty, visualisation: 'text', text: nasty }),
          card({ title: nasty, error: nasty }),
          kpi(nasty, 1, 0, 'units<b>'),
          table(1, { columns: [{ name: nasty, type: 'text' }], rows: [[nasty]] }),
        ],
        {
          title: nasty,
          project: { id: 1, slug: 's', name: nasty },
          period: { ...PERIOD, label: nasty },
        },
      ),
    ],
    { mode },
  );
  expect(html).not.toMatch(/<script|<b>/);
  expect(html.match(/<\/style>/g)).toHaveLength(1);
});

test('a page tells its name, period and zone, and when it was read', () => {
  const html = bodyOf(renderPage([everyKind({ leftOut: 2 })], { mode: 'page' }));
  expect(html).toContain('>Sales overview</h1>');
  expect(html).toContain('Mon 16 – Sun 22 Nov 2026 · Europe/Berlin');
  expect(html).toContain('As of 23 Nov 2026, 07:00 Europe/Berlin');
  expect(html).toContain('2 cards are not shown');
  expect(html).toContain('$1,234,568');
  expect(html).toContain('3.2%');
});

test('paper has name, period, zone and page number in the margins of each dashboard', () => {
  const html = renderPage([everyKind(), view([], { title: 'Other', period: null })], {
    mode: 'print',
  });
  expect(html).toMatch(/@page d0\{size:A4 landscape[^}]*@top-left\{content:"Sales overview"/);
  expect(html).toContain('@top-right{content:"Mon 16 – Sun 22 Nov 2026 · Europe/Berlin"');
  expect(html).toMatch(/@page d1\{size:A4 landscape[^}]*@top-left\{content:"Other"/);
  expect(html).toContain('"Page " counter(page) " of " counter(pages)');
});

test('no rows, an error and no cards are told each in its words', () => {
  const none = card({ title: 'Nothing', rows: [] });
  const broken = card({ title: 'Broken', error: 'relation "orderz" does not exist' });
  const wrong = card({ title: 'Wrong', options: { y: 'amount' } });
  const html = bodyOf(renderPage([view([none, broken, wrong])], { mode: 'page' }));
  expect(html).toContain('No data in this period');
  expect(html).toContain('relation &quot;orderz&quot; does not exist');
  expect(html).toContain('There is no column &quot;amount&quot;. There are: category, revenue.');
  const always = renderPage([view([none], { period: null })], { mode: 'page' });
  expect(bodyOf(always)).toContain('>No data<');
  const empty = renderPage([view([])], { mode: 'print' });
  expect(bodyOf(empty)).toContain('This dashboard has no cards to show.');
});

test('a chart tells its numbers to those who do not see it', () => {
  const html = renderPage([view([card({ options: { unit: 'USD' } })])], { mode: 'print' });
  expect(html).toContain(
    'aria-label="Bar chart “Revenue by category”. Books $12,346, Garden $8,100, Toys $4,020."',
  );
});

test('a long table is cut at its limit, and says what is left', () => {
  const limited = renderPage([view([table(50, { options: { limit: 7 } })])], { mode: 'page' });
  expect(limited.match(/<tr>/g)).toHaveLength(8);
  const long = renderPage([view([table(2_500, { truncated: true })])], { mode: 'print' });
  expect(long.match(/<tr>/g)).toHaveLength(2_001);
  expect(long).toContain('and 500 more rows and beyond');
});

test('cards that were put on the same place stand below each other', () => {
  const html = renderPage([view([card(), card(), card()])], { mode: 'page' });
  const areas = [...html.matchAll(/grid-area:(\d+)\/1\/span 4/g)].map(([, row]) => row);
  expect(areas).toEqual(['1', '5', '9']);
});

test('a document carries Latin letters in 100 kB, and no more fonts than it needs', () => {
  const html = renderPage([everyKind()], { mode: 'print' });
  const fonts = html.match(/@font-face\{.*?\}/g) ?? [];
  expect(fonts.length).toBeLessThanOrEqual(2);
  expect(fonts.join('').length).toBeLessThan(100_000);
});
