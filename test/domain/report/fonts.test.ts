/** Which fonts a text brings along, and that none of its letters is without one. */
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { faceFor, fontFilesFor } from '#domain/report/font/faces.ts';
import { measure } from '#domain/report/font/measure.ts';

const families = (text: string, withColour = true) => [
  ...new Set(fontFilesFor(text, withColour).map(({ family }) => family)),
];

test.each([
  ['Sales', ['Inter']],
  ['Продажи Ελληνικά', ['Inter']],
  ['売上ダッシュボード', ['Noto Sans JP Variable']],
  ['매출', ['Noto Sans KR Variable']],
  ['销售额', ['Noto Sans SC Variable']],
  ['🎉', ['Noto Color Emoji']],
  ['✅❌', ['Noto Color Emoji']],
  ['⚠\ufe0f', ['Noto Color Emoji']],
  ['🇩🇪', ['Noto Color Emoji']],
  ['10 * 20 #3', ['Inter']],
])('%s is written in %j', (text, expected) => {
  expect(families(text)).toEqual(expected);
});

test('what several characters are together is looked for in one file', () => {
  const files = fontFilesFor('👩\u200d👩\u200d👧\u200d👦', true).map(({ file }) => basename(file));
  expect(files).toContain('noto-color-emoji-8-400-normal.woff');
});

test('a window has emoji of its own: it is sent an outline, which takes a tenth', () => {
  expect(families('売り上げ 🎉', false)).toEqual(['Noto Sans JP Variable', 'Inter', 'Noto Emoji']);
});

test('a font that names a range and lacks a character of it is passed over', () => {
  for (const sign of ['❤', '✅', '🎉', '東', '서']) {
    const codePoint = sign.codePointAt(0)!;
    expect(faceFor(`日本の ${sign}`, codePoint)?.path(codePoint, 0, 0, 10)).toMatch(/^M/);
  }
});

test('marks of direction and joiners take no room', () => {
  expect(measure('\u2068abc\u2069', 10)).toBe(measure('abc', 10));
});
