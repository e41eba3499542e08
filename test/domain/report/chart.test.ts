/** Charts as SVG: every word is within the picture, and none lies on another. */
import { describe, expect, test } from 'vitest';
import type { CardView } from '#domain/dashboard/view.ts';
import { drawChart } from '#domain/report/chart/svg.ts';
import { toPng } from '#domain/report/chart/png.ts';
import { measure } from '#domain/report/font/measure.ts';
import { createFormat } from '#domain/report/format.ts';
import { card, days } from './views.ts';

type Box = { readonly text: string; left: number; right: number; top: number; bottom: number };

const SIZES = [
  { width: 486, height: 200, fontSize: 10 },
  { width: 334, height: 220, fontSize: 12 },
  { width: 1000, height: 300, fontSize: 12 },
  { width: 180, height: 160, fontSize: 10 },
];

function draw(given: CardView, size: (typeof SIZES)[number]) {
  const format = createFormat({ ...given.options, locale: 'en-GB' });
  return drawChart(given, { ...size, format, locale: 'en-GB' }, 'c1');
}

function boxesOf(svg: string): Box[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(
    ([, attributes = '', text = '']) => {
      const size = Number(/font-size:([\d.]+)px/.exec(attributes)?.[1]);
      const [x = 0, y = 0] = (/translate\(([^)]*)\)/.exec(attributes)?.[1] ?? '0 0')
        .split(/[ ,]/)
        .map(Number);
      const dx = Number(/ x="([^"]*)"/.exec(attributes)?.[1] ?? 0);
      const dy = Number(/ y="([^"]*)"/.exec(attributes)?.[1] ?? 0);
      const plain = text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
      const width = measure(plain, size);
      const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1];
      const left = x + dx - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
      const middle = y + dy;
      return {
        text: plain,
        left,
        right: left + width,
        top: middle - size * 0.36,
        bottom: middle + size * 0.36,
      };
    },
  );
}

const overlaps = (boxes: readonly Box[]) =>
  boxes.flatMap((a, at) =>
    boxes
      .slice(at + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `${a.text} on ${b.text}`),
  );

const long = (count: number, words: string): [string, number][] =>
  Array.from({ length: count }, (_, at) => [`${words} ${at}`, Math.round(1e6 / (at + 1))]);
const dated = (rows: CardView['rows'], names: readonly string[]) => ({
  columns: [
    { name: 'at', type: 'timestamp' as const },
    ...names.map((name) => ({ name, type: 'number' as const })),
  ],
  rows,
});
const series = Array.from({ length: 9 }, (_, at) => `a series with a long name ${at}`);

const CASES: Record<string, CardView> = {
  'three bars': card(),
  'forty bars with long names': card({ rows: long(40, 'a category that has many words') }),
  'bars of money': card({ options: { unit: 'EUR', decimals: 2 }, rows: long(6, 'shop') }),
  'bars below zero': card({
    rows: [
      ['profit', 120],
      ['loss', -80],
      ['nothing', 0],
    ],
  }),
  'bars by day': card({ ...dated(days(60), ['n']) }),
  'bars of nine series': card({
    columns: [
      { name: 'x', type: 'text' },
      ...series.map((name) => ({ name, type: 'number' as const })),
    ],
    rows: ['north', 'south'].map((name) => [name, ...series.map((_, at) => at * 10)]),
  }),
  'bars named in Han and with emoji': card({
    rows: [
      ['東京', 5],
      ['名古屋 🎉', 3],
      ['서울', 2],
    ],
  }),
  'a line by day': card({ visualisation: 'line', ...dated(days(80), ['n']) }),
  'a line by week': card({
    visualisation: 'line',
    ...dated(
      days(80).filter((_, at) => at % 7 === 0),
      ['n'],
    ),
  }),
  'a line of ten years': card({
    visualisation: 'line',
    ...dated(
      Array.from({ length: 120 }, (_, at) => [
        `${2016 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`,
        at,
      ]),
      ['n'],
    ),
  }),
  'an area by hour of nine series': card({
    visualisation: 'area',
    options: { stacked: true },
    ...dated(
      Array.from({ length: 48 }, (_, at) => [
        `2026-11-${16 + Math.floor(at / 24)}T${String(at % 24).padStart(2, '0')}:00:00+01:00`,
        ...series.map((_, n) => n + at),
      ]),
      series,
    ),
  }),
  'a line with one point': card({ visualisation: 'line', ...dated([['2026-11-16', 5]], ['n']) }),
  'a line along words': card({ visualisation: 'line', rows: long(30, 'step') }),
  'a line of huge numbers': card({
    visualisation: 'line',
    ...dated(
      days(9).map(([at, n]) => [at, n * 1e9]),
      ['n'],
    ),
  }),
  'a pie': card({ visualisation: 'pie' }),
  'a pie of many with long names': card({
    visualisation: 'pie',
    options: { unit: 'USD' },
    rows: long(30, 'a partner with a very long name'),
  }),
};

describe.each(Object.entries(CASES))('%s', (_, given) => {
  test.each(SIZES)('in $width × $height', (size) => {
    const { svg } = draw(given, size);
    const boxes = boxesOf(svg);
    expect(boxes.length).toBeGreaterThan(1);
    expect(overlaps(boxes)).toEqual([]);
    const outside = boxes.filter(
      ({ left, right, top, bottom }) =>
        left < -1 || right > size.width + 1 || top < -1 || bottom > size.height + 1,
    );
    expect(outside).toEqual([]);
    expect(svg).not.toMatch(/<style|<script|class=|zr\d|NaN|undefined|Infinity/);
  });
});

test('names are data: what looks like markup is shown as it is', () => {
  const { svg } = draw(card({ rows: [['<script>alert(1)</script>&"', 1]] }), SIZES[2]!);
  expect(svg).not.toContain('<script');
  expect(
    boxesOf(svg)
      .map(({ text }) => text)
      .join(),
  ).toContain('<script>');
});

test('columns that are not there, or are no numbers, are told', () => {
  expect(() => draw(card({ options: { x: 'month' } }), SIZES[0]!)).toThrow(
    'There is no column "month". There are: category, revenue.',
  );
  expect(() => draw(card({ options: { y: 'category' } }), SIZES[0]!)).toThrow('has no numbers');
});

test('a further column of words makes series of the same times', () => {
  const rows = ['2026-11-16', '2026-11-17'].flatMap((day) =>
    ['mail', 'chat'].map((channel): [string, string, number] => [day, channel, 3]),
  );
  const columns = [
    { name: 'day', type: 'date' },
    { name: 'channel', type: 'text' },
    { name: 'tickets', type: 'number' },
  ] as const;
  const { svg } = draw(card({ visualisation: 'line', columns, rows }), SIZES[0]!);
  expect(boxesOf(svg).map(({ text }) => text)).toEqual(expect.arrayContaining(['mail', 'chat']));
});

test('a picture for mail has no letters left to the machine', () => {
  const { svg } = draw(card(), SIZES[0]!);
  const png = toPng(svg, 1184);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBe(1184);
  expect(png.length).toBeGreaterThan(5_000);
});

test('a name has the same colour in a ring, whatever its share, as it has by its place among the rows', () => {
  const colours = (rows: CardView['rows']) =>
    [
      ...draw(card({ visualisation: 'pie', rows }), SIZES[0]!).svg.matchAll(
        /<path [^>]*fill="(#\w{6})"/g,
      ),
    ]
      .map(([, colour]) => colour)
      .filter((colour) => colour !== '#ffffff');
  const first = colours([
    ['bad', 1],
    ['good', 9],
  ]);
  const second = colours([
    ['bad', 9],
    ['good', 1],
  ]);
  // The largest slice is drawn first: here the second name, there the first.
  expect(first.slice(0, 2)).toEqual(second.slice(0, 2).toReversed());
  expect(new Set(first).size).toBe(2);
});
