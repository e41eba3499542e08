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
export function fontFilesFor(text: string, withColour: boolean): readonly FontFile[] {
  const order = orderFor(text).filter((name) => withColour || name !== 'emoji');
  const needed = new Set<FontFile>();
  for (const character of charactersOf(text)) {
    const codePoint = character.codePointAt(0)!;
    if (isJoiner(codePoint)) continue;
    const file = findFile(orderAt(order, character), codePoint);
    if (!file) continue;
    for (const other of weightsOf(file, order)) needed.add(other);
  }
  if (withColour) for (const file of filesForSequences(text)) needed.add(file);
  return [...needed];
}

// A family, or a hand with its colour.
const SEQUENCE = /\p{Emoji}(?:\ufe0f|\p{EMod})?(?:\u200d\p{Emoji}(?:\ufe0f|\p{EMod})?)*/gu;

/** What several characters are together is one glyph, in another file perhaps than each of them. */
function filesForSequences(text: string): FontFile[] {
  const found = new Set(text.match(SEQUENCE)?.filter((each) => Array.from(each).length > 1));
  return [...found].flatMap((sequence) => {
    const parts = Array.from(sequence, (each) => each.codePointAt(0)!).filter(
      (at) => !isJoiner(at),
    );
    return filesOf('emoji').find((file) => parts.every((part) => has(file, part))) ?? [];
  });
}

/** What draws one character of a text that is shown as a picture; null: no font here has it. Color emoji have no
 *  outlines of one colour, and are left to others. */
export function faceFor(text: string, codePoint: number): Face | null {
  for (const name of orderAt(orderFor(text), String.fromCodePoint(codePoint))) {
    if (name === 'emoji') continue;
    const found = filesOf(name).find((each) => has(each, codePoint));
    if (!found) continue;
    let face = faces.get(found.file);
    if (!face) faces.set(found.file, (face = readFace(found.file)));
    // Its range may name what it lacks.
    if (face.advance(codePoint) !== undefined) return face;
  }
  return null;
}

/** Variation selectors, joiners and marks of direction: they take no room, and are in no file of their own. */
export const isJoiner = (codePoint: number) =>
  codePoint === 0x200d ||
  (codePoint >= 0xfe00 && codePoint <= 0xfe0f) ||
  (codePoint >= 0x2066 && codePoint <= 0x2069);

/** Each once; a sign that is to be a picture with the selector that says so. */
const charactersOf = (text: string) => new Set(text.match(/.\ufe0f?/gsu));

// The Han fonts name ranges in which they lack most emoji.
function orderAt(order: readonly Name[], character: string): readonly Name[] {
  if (!/^(\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u.test(character)) return order;
  const isEmoji = (name: Name) => name === 'emoji' || name === 'signs';
  return [...order.filter(isEmoji), ...order.filter((name) => !isEmoji(name))];
}

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
