/** A chart as a picture for mail, whose readers show no SVG. Letters become outlines first, so that the picture is the
 *  same on every machine, whatever fonts it has. */
import { Resvg } from '@resvg/resvg-js';
import { faceFor, isJoiner } from '../font/faces.ts';
import { measure } from '../font/measure.ts';
import { LOOK } from '../look.ts';

/** px of the drawing. */
export const MARGIN = 8;
const TEXT = /<text ([^>]*)>([^<]*)<\/text>/g;
// Han and hangul lie in their fonts as the thinnest of their weights; a line around them makes them regular.
const THIN = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/;
const LINE_EM = 0.04;
// Letters of Inter are as high above their middle as this below it.
const MIDDLE_EM = 0.364;

/** @param width of the picture in pixels; a margin of 8 px of the drawing is added around it. */
export function toPng(svg: string, width: number): Buffer {
  let isLeft = false;
  const drawn = svg.replaceAll(TEXT, (whole: string, attributes: string, escaped: string) => {
    const text = unescaped(escaped);
    if (isOurs(text)) return outlined(attributes, text);
    isLeft = true;
    return onBaseline(whole);
  });
  const picture = new Resvg(withMargin(drawn), {
    background: LOOK.surface,
    fitTo: { mode: 'width', value: width },
    // As a rule nothing is left to write; looking for the machine's fonts takes 100 ms.
    font: { loadSystemFonts: isLeft, defaultFontFamily: 'DejaVu Sans' },
  });
  return picture.render().asPng();
}

/** Whether the fonts here have all of a text. The others are left to the machine's, which join and turn around what
 *  is read from the right. */
function isOurs(text: string): boolean {
  return Array.from(text).every((character) => {
    const codePoint = character.codePointAt(0)!;
    return isJoiner(codePoint) || faceFor(text, codePoint) !== null;
  });
}

/** What is left to the machine stands on its line without `dominant-baseline`, which the drawing does not know. */
function onBaseline(text: string): string {
  const size = Number(/font-size:([\d.]+)px/.exec(text)?.[1] ?? 12);
  const y = Number(/ y="([^"]*)"/.exec(text)?.[1] ?? 0) + size * MIDDLE_EM;
  return text.replaceAll(/ (dominant-baseline|y)="[^"]*"/g, '').replace('<text', `<text y="${y}"`);
}

/** So that nothing touches the picture's edge, where a dark mail begins. */
function withMargin(svg: string): string {
  return svg.replace(
    /^<svg width="(\d+)" height="(\d+)"([^>]*?) viewBox="[^"]*"/,
    (_, width: string, height: string, rest: string) => {
      const [wide, high] = [Number(width) + 2 * MARGIN, Number(height) + 2 * MARGIN];
      return `<svg width="${wide}" height="${high}"${rest} viewBox="${-MARGIN} ${-MARGIN} ${wide} ${high}"`;
    },
  );
}

function outlined(attributes: string, text: string): string {
  const read = (name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1];
  const size = Number(/font-size:([\d.]+)px/.exec(attributes)?.[1] ?? 12);
  const width = measure(text, size);
  const anchor = read('text-anchor');
  const from = anchor === 'middle' ? -width / 2 : anchor === 'end' ? -width : 0;
  let x = Number(read('x') ?? 0) + from;
  const y = Number(read('y') ?? 0) + size * MIDDLE_EM;
  let [plain, thin] = ['', ''];
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (isJoiner(codePoint)) continue;
    const face = faceFor(text, codePoint);
    const path = face?.path(codePoint, x, y, size) ?? '';
    if (THIN.test(character)) thin += path;
    else plain += path;
    x += (face?.advance(codePoint) ?? 1) * size;
  }
  const fill = read('fill') ?? LOOK.ink;
  const moved = read('transform');
  const place = moved === undefined ? '' : ` transform="${moved}"`;
  const line = ` stroke="${fill}" stroke-width="${size * LINE_EM}"`;
  return [
    plain === '' ? '' : `<path d="${plain}" fill="${fill}"${place}/>`,
    thin === '' ? '' : `<path d="${thin}" fill="${fill}"${line}${place}/>`,
  ].join('');
}

const unescaped = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
