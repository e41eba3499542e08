/** The fonts that a report may carry: Inter, and the Noto fonts for what Inter lacks, as far as they are installed.
 *  Each comes in many files by ranges of characters; a document carries only those of the characters it shows. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readFace, type Face } from './face.ts';

export type FontFile = {
  readonly family: string;
  readonly weight: string;
  readonly file: string;
  /** `U+4e00-4e2f,U+41` */
  readonly range: string;
  readonly ranges: readonly (readonly [number, number])[];
};

// Style sheets of packages; of several lists the first that is installed.
const SHEETS = {
  // A PDF takes a file of one weight as a font; of a variable one it holds each letter as a drawing.
  inter: [
    ['@fontsource/inter/400.css', '@fontsource/inter/600.css'],
    ['@fontsource-variable/inter/wght.css'],
  ],
  japanese: [['@fontsource-variable/noto-sans-jp/wght.css']],
  korean: [['@fontsource-variable/noto-sans-kr/wght.css']],
  chinese: [['@fontsource-variable/noto-sans-sc/wght.css']],
  // In its WOFF2 files they are SVG, which Chromium does not draw; in the WOFF they are layers of outlines.
  emoji: [['@fontsource/noto-color-emoji/400.css']],
  // Of one colour: what draws pictures for mail knows no other.
  signs: [['@fontsource/noto-emoji/400.css']],
} as const satisfies Record<string, readonly (readonly string[])[]>;
type Name = keyof typeof SHEETS;

const KANA = /[\u3040-\u30ff]/;
const HANGUL = /[\u1100-\u11ff\uac00-\ud7af]/;

const resolve = createRequire(import.meta.url).resolve;
const known = new Map<Name, readonly FontFile[]>();
const faces = new Map<string, Face>();

/** The files for the characters of a text, each character from the first family that has it. Han characters look
 *  different in Japan, Korea and China: kana or hangul anywhere in the text tells which are meant. */
export function fontFilesFor(text: string): readonly FontFile[] {
  const order = orderFor(text);
  const hasSequences = text.includes('\u200d');
  const needed = new Set<FontFile>();
  for (const character of new Set(text)) {
    const codePoint = character.codePointAt(0)!;
    if (isJoiner(codePoint)) continue;
    const file = findFile(order, codePoint);
    if (!file) continue;
    for (const other of weightsOf(file, order)) needed.add(other);
    // A family of emoji is one glyph, in another file than its members.
    if (hasSequences && filesOf('emoji').includes(file)) {
      for (const other of filesOf('emoji')) if (has(other, codePoint)) needed.add(other);
    }
  }
  return [...needed];
}

/** What draws one character of a text that is shown as a picture; null: no font here has it. Color emoji have no
 *  outlines of one colour, and are left to others. */
export function faceFor(text: string, codePoint: number): Face | null {
  const order = orderFor(text).filter((name) => name !== 'emoji');
  const found = findFile(order, codePoint);
  if (!found) return null;
  let face = faces.get(found.file);
  if (!face) faces.set(found.file, (face = readFace(found.file)));
  return face;
}

/** Variation selectors and joiners: they take no room, and are in no file of their own. */
export const isJoiner = (codePoint: number) =>
  codePoint === 0x200d || (codePoint >= 0xfe00 && codePoint <= 0xfe0f);

function orderFor(text: string): Name[] {
  if (KANA.test(text)) return ['inter', 'japanese', 'chinese', 'korean', 'emoji', 'signs'];
  if (HANGUL.test(text)) return ['inter', 'korean', 'japanese', 'chinese', 'emoji', 'signs'];
  return ['inter', 'chinese', 'japanese', 'korean', 'emoji', 'signs'];
}

function findFile(order: readonly Name[], codePoint: number): FontFile | undefined {
  for (const name of order) {
    const file = filesOf(name).find((each) => has(each, codePoint));
    if (file) return file;
  }
  return undefined;
}

const has = ({ ranges }: FontFile, codePoint: number) =>
  ranges.some(([from, to]) => codePoint >= from && codePoint <= to);

function filesOf(name: Name): readonly FontFile[] {
  let files = known.get(name);
  if (!files) known.set(name, (files = readPackage(name)));
  return files;
}

/** The same characters of the same family in every weight. */
function weightsOf(file: FontFile, order: readonly Name[]): readonly FontFile[] {
  const name = order.find((each) => filesOf(each).includes(file));
  const all = name === undefined ? [] : filesOf(name);
  return all.filter((other) => other.range === file.range);
}

function readPackage(name: Name): readonly FontFile[] {
  for (const sheets of SHEETS[name]) {
    const found = sheets.map(find);
    if (!found.includes(null)) {
      return found.flatMap((sheet) => (sheet === null ? [] : readSheet(sheet, name)));
    }
  }
  // The others may be left out of an installation, to save their megabytes; the machine's own are used then.
  if (name === 'inter') throw new Error('The font Inter is not installed; run npm ci.');
  return [];
}

function readSheet(sheet: string, name: Name): readonly FontFile[] {
  const rules = readFileSync(sheet, 'utf8').match(/@font-face\s*\{[^}]*\}/g) ?? [];
  const format = name === 'emoji' ? 'woff' : 'woff2';
  return rules.flatMap((rule) => {
    const value = (key: string) => new RegExp(`${key}:\\s*([^;]+);`).exec(rule)?.[1]?.trim() ?? '';
    const url = new RegExp(`url\\(([^)]+\\.${format})\\)`).exec(rule)?.[1];
    if (url === undefined) return [];
    const range = value('unicode-range');
    return [
      {
        family: value('font-family').replaceAll(/['"]/g, ''),
        weight: value('font-weight'),
        file: join(dirname(sheet), url),
        range,
        ranges: range.split(',').map(readRange),
      },
    ];
  });
}

/** `U+4e00-4e2f`, `U+41` */
function readRange(text: string): readonly [number, number] {
  const [from = '0', to = from] = text.trim().replace(/^U\+/i, '').split('-');
  return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
}

function find(path: string): string | null {
  try {
    return resolve(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}
