/** What differs between two texts, line by line: the shortest way from one to the other. */

export type DifferenceLine = {
  /** `same`, `gone` (only before) or `new` (only after). */
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
  /** 1, 2, 3 …; null where the line is not in that text. */
  readonly before: number | null;
  readonly after: number | null;
};

// Above this many cells the table would cost more than the answer is worth: 4 million are 30 ms and 16 MB.
const MAX_CELLS = 4_000_000;

/** All lines of both texts in order; of lines that were replaced the old ones come first. */
export function lineDifference(before: string, after: string): DifferenceLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const lines: DifferenceLine[] = [];
  let [i, j] = [0, 0];
  const same = () => {
    lines.push({ kind: 'same', text: old[i]!, before: ++i, after: ++j });
  };
  const gone = () => {
    lines.push({ kind: 'gone', text: old[i]!, before: ++i, after: null });
  };
  const added = () => {
    lines.push({ kind: 'new', text: now[j]!, before: null, after: ++j });
  };
  while (i < start) same();
  const [oldEnd, nowEnd] = [old.length - end, now.length - end];
  const common = longestCommon(old.slice(start, oldEnd), now.slice(start, nowEnd));
  while (i < oldEnd || j < nowEnd) {
    const next = common(i - start, j - start);
    if (next === 'same') same();
    else if (next === 'gone') gone();
    else added();
  }
  while (i < old.length) same();
  return lines;
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** At a place in both: whether the next line is kept, left out or added, so that most lines are kept. */
function longestCommon(
  old: readonly string[],
  now: readonly string[],
): (i: number, j: number) => DifferenceLine['kind'] {
  const [n, m] = [old.length, now.length];
  const isHuge = (n + 1) * (m + 1) > MAX_CELLS;
  const width = m + 1;
  const kept = isHuge ? null : new Uint32Array((n + 1) * width);
  for (let i = n - 1; kept && i >= 0; i -= 1) {
    for (let j = m - 1; j >= 0; j -= 1) {
      kept[i * width + j] =
        old[i] === now[j]
          ? kept[(i + 1) * width + j + 1]! + 1
          : Math.max(kept[(i + 1) * width + j]!, kept[i * width + j + 1]!);
    }
  }
  return (i, j) => {
    if (i >= n) return 'new';
    if (j >= m) return 'gone';
    if (old[i] === now[j]) return 'same';
    if (!kept) return 'gone';
    return kept[(i + 1) * width + j]! >= kept[i * width + j + 1]! ? 'gone' : 'new';
  };
}

/** Neighbouring lines beside each other: what went, and what came in its place. */
export type DifferencePair = {
  readonly before: DifferenceLine | null;
  readonly after: DifferenceLine | null;
};

export function pairsOf(lines: readonly DifferenceLine[]): DifferencePair[] {
  const pairs: DifferencePair[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    if (line.kind === 'same') {
      pairs.push({ before: line, after: line });
      at += 1;
      continue;
    }
    const changed = lines.slice(at, nextSame(lines, at));
    const gone = changed.filter(({ kind }) => kind === 'gone');
    const added = changed.filter(({ kind }) => kind === 'new');
    for (let n = 0; n < Math.max(gone.length, added.length); n += 1) {
      pairs.push({ before: gone[n] ?? null, after: added[n] ?? null });
    }
    at += changed.length;
  }
  return pairs;
}

function nextSame(lines: readonly DifferenceLine[], from: number): number {
  const found = lines.findIndex(({ kind }, at) => at >= from && kind === 'same');
  return found === -1 ? lines.length : found;
}

/** The part of each text in which the two differ, in whole words, as positions: where it begins in both, and where it
 *  ends in each. */
export function changedPart(before: string, after: string): readonly [number, number, number] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const isWord = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}]/u.test(character);
  while (start > 0 && isWord(before[start - 1])) start -= 1;
  while (end > 0 && isWord(before.at(-end))) end -= 1;
  return [start, before.length - end, after.length - end];
}
