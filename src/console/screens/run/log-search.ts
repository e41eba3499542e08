/** Which lines hold some words, in any case. Goes on where it ended while the list and the words stay the same: a run
 *  that talks is searched sixteen times a second. */
import type { Line } from './log-book.ts';

export type Finder = {
  /** @returns positions in the list, in order; none for no words. The same array for as long as nothing was added. */
  find(lines: readonly Line[], words: string): readonly number[];
};

const NONE: readonly number[] = [];

export function createFinder(): Finder {
  let list: readonly Line[] = [];
  let sought = '';
  let looked = 0;
  let found: readonly number[] = NONE;
  return {
    find(lines, words) {
      if (words === '') return NONE;
      if (lines !== list || words !== sought) {
        [list, sought, looked, found] = [lines, words, 0, NONE];
      }
      const pattern = patternOf(words);
      const more: number[] = [];
      for (; looked < lines.length; looked++) {
        // `g` would remember where it was.
        if (pattern.test(lines[looked]!.text)) more.push(looked);
      }
      if (more.length > 0) found = [...found, ...more];
      return found;
    },
  };
}

const patternOf = (words: string, flags = 'i') =>
  new RegExp(words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), flags);

/** A text in parts, those that match at the odd places. */
export function splitAtMatches(text: string, words: string): string[] {
  if (words === '') return [text];
  const parts: string[] = [];
  let from = 0;
  for (const { 0: match, index } of text.matchAll(patternOf(words, 'gi'))) {
    parts.push(text.slice(from, index), match);
    from = index + match.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** The match after (or before) the one at `current`, around the end.
 *  @param current its place among the matches; null: begins at the first match from `topLine` on.
 *  @returns its place; null: there is none. */
export function nextMatch(
  matches: readonly number[],
  current: number | null,
  topLine: number,
  by: 1 | -1,
): number | null {
  if (matches.length === 0) return null;
  if (current !== null) return (current + by + matches.length) % matches.length;
  if (by === 1)
    return Math.max(
      0,
      matches.findIndex((line) => line >= topLine),
    );
  const before = matches.findLastIndex((line) => line < topLine);
  return before === -1 ? matches.length - 1 : before;
}
