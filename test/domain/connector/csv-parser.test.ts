import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvParser } from '#domain/connector/csv-parser.ts';

function parseAll(text: string, sizes: readonly number[] = [], delimiter = ',') {
  const parser = new CsvParser({ delimiter, quote: '"' });
  const rows: (string | null)[][] = [];
  const lines: number[] = [];
  const broken: { line: number; why: string }[] = [];
  let at = 0;
  const take = (piece: string, last: boolean) => {
    const out = parser.push(piece, last);
    rows.push(...out.rows);
    lines.push(...out.lines);
    broken.push(...out.broken);
  };
  for (const size of sizes) {
    take(text.slice(at, at + size), false);
    at += size;
  }
  take(text.slice(at), true);
  return { rows, lines, broken };
}

describe('one way to read each text', () => {
  test.each<[string, string, (string | null)[][]]>([
    [
      'LF',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'no line end at the end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'quoted',
      '"a","b"\r\n"c","d"',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a delimiter in quotes', '"a,b",c', [['a,b', 'c']]],
    [
      'a line end in quotes',
      '"a\nb","c\r\nd"\ne,f',
      [
        ['a\nb', 'c\r\nd'],
        ['e', 'f'],
      ],
    ],
    ['doubled quotes', '"a ""b""",""""', [['a "b"', '"']]],
    ['empty is null, quoted empty is not', ',"",x', [[null, '', 'x']]],
    [
      'a trailing delimiter',
      'a,\n"b",',
      [
        ['a', null],
        ['b', null],
      ],
    ],
    [
      'blank lines',
      '\na,b\n\n\r\nc,d\n\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a quote inside an unquoted field',
      'a"b,c\nd,5" pipe',
      [
        ['a"b', 'c'],
        ['d', '5" pipe'],
      ],
    ],
    ['blanks are kept', ' a , b ', [[' a ', ' b ']]],
    ['nothing', '', []],
  ])('%s', (_name, text, expected) => {
    expect(parseAll(text).rows).toEqual(expected);
  });
});

test('rows know their line, also behind line ends in quotes', () => {
  expect(parseAll('a\n"b\nc\nd"\n\ne').lines).toEqual([1, 2, 6]);
});

test('text behind a closing quote breaks its row, and only that', () => {
  const { rows, broken } = parseAll('a,b\n"c"d,e\nf,g');
  expect(rows).toEqual([
    ['a', 'b'],
    ['f', 'g'],
  ]);
  expect(broken).toEqual([{ line: 2, why: 'field 1 goes on after its closing quote' }]);
});

test('a quote that is never closed ends the reading with its line', () => {
  expect(() => parseAll('a,b\nc,"d\ne,f\n')).toThrow(/row on line 2 is never closed/);
});

test('a row without end is refused before it fills the memory', () => {
  const parser = new CsvParser({ delimiter: ',', quote: '"' });
  parser.push('"', false);
  const piece = 'x\n'.repeat(512 * 1024);
  expect(() => {
    for (let i = 0; i < 64; i++) parser.push(piece, false);
  }).toThrow(/longer than 16 MB/);
});

const cell = fc.stringMatching(/^[ab,;"\n\r 🙂é]{0,6}$/u);

test('whatever was written is read again, in pieces of any size', () => {
  const write = (value: string) => `"${value.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 8 }),
      fc.array(fc.nat(7), { maxLength: 20 }),
      fc.constantFrom('\n', '\r\n'),
      (rows, sizes, end) => {
        const text = rows.map((row) => row.map(write).join(',') + end).join('');
        expect(parseAll(text, sizes).rows).toEqual(rows);
      },
    ),
    { numRuns: 500 },
  );
});

test('it reads what csv-parse reads', () => {
  const plain = fc.stringMatching(/^[ab; 🙂é]{0,5}$/u);
  const field = fc.oneof(
    plain,
    cell.map((value) => `"${value.replaceAll('"', '""')}"`),
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 2, maxLength: 3 }), { maxLength: 6 }),
      fc.array(fc.nat(9), { maxLength: 12 }),
      (rows, sizes) => {
        const text = rows.map((row) => row.join(',')).join('\n');
        const expected: string[][] = parse(text, {
          relax_column_count: true,
          record_delimiter: ['\n', '\r\n'],
          skip_empty_lines: true,
        });
        const found = parseAll(text, sizes).rows.map((row) => row.map((value) => value ?? ''));
        expect(found).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
