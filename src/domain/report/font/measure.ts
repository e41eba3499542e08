/** How wide a text is in the report's fonts, in px. What no font here has is taken to be a square. */
import { faceFor, isJoiner } from './faces.ts';

// Bold letters of Inter are that much wider.
const SEMIBOLD = 1.06;
const widths = new Map<string, number>();

export function measure(text: string, fontSize: number, semibold = false): number {
  let em = widths.get(text);
  if (em === undefined) {
    em = 0;
    for (const character of text) {
      const codePoint = character.codePointAt(0)!;
      em += isJoiner(codePoint) ? 0 : (faceFor(text, codePoint)?.advance(codePoint) ?? 1);
    }
    if (widths.size > 5_000) widths.clear();
    widths.set(text, em);
  }
  return em * fontSize * (semibold ? SEMIBOLD : 1);
}

/** The text, or as much of it as fits, with an ellipsis; characters that people see as one are not torn. */
export function fit(text: string, width: number, fontSize: number, semibold = false): string {
  if (measure(text, fontSize, semibold) <= width) return text;
  const parts = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  let [low, high] = [1, parts.length];
  while (low < high) {
    const count = Math.ceil((low + high) / 2);
    const wide = measure(`${parts.slice(0, count).join('')}…`, fontSize, semibold);
    if (wide <= width) low = count;
    else high = count - 1;
  }
  return `${parts.slice(0, low).join('').trimEnd()}…`;
}
