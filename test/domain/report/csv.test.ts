import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { toCsv } from '#domain/report/csv.ts';
import { card } from './views.ts';

test('rows are read back as they were, whatever is in them', () => {
  const texts = ['plain', 'a, b', 'say "no"', 'two\nlines', 'cr\r\nlf', '', '売上 🚀'];
  const csv = toCsv(
    card({
      columns: [
        { name: 'text, quoted', type: 'text' },
        { name: 'n', type: 'number' },
      ],
      rows: texts.map((text, at) => [text, at - 3]),
    }),
  );
  expect(csv.startsWith('\uFEFF"text, quoted",n\r\n')).toBe(true);
  const read = parse(csv, { bom: true, columns: true }) as Record<string, string>[];
  expect(read).toEqual(texts.map((text, at) => ({ 'text, quoted': text, n: String(at - 3) })));
});

test('texts that a spreadsheet would run are disarmed; numbers are left as they are', () => {
  const texts = ['=1+1', '+1', '-1', '@sum', '\t=1', '\r=1', 'a=1'];
  const csv = toCsv(
    card({
      columns: [
        { name: '=head', type: 'text' },
        { name: 'n', type: 'number' },
      ],
      rows: texts.map((text) => [text, '-12345678901234567890.5']),
    }),
  );
  const read = parse(csv, { bom: true });
  expect(read.map(([text]) => text)).toEqual([
    "'=head",
    ...["'=1+1", "'+1", "'-1", "'@sum", "'\t=1", "'\r=1", 'a=1'],
  ]);
  expect(read.slice(1).every(([, n]) => n === '-12345678901234567890.5')).toBe(true);
});

test('nothing and emptiness are an empty field, and no rows are the head alone', () => {
  const columns = [
    { name: 'a', type: 'text' },
    { name: 'b', type: 'boolean' },
  ] as const;
  expect(toCsv(card({ columns, rows: [[null, true]] }))).toBe('\uFEFFa,b\r\n,true\r\n');
  expect(toCsv(card({ columns, rows: [] }))).toBe('\uFEFFa,b\r\n');
});
