/** Problems of files, on standard error. */
import type { Io } from '../io.ts';
import { painter } from '../text/style.ts';
import type { PlacedProblem } from './read.ts';
import { snippetLines } from './snippet.ts';

export function tellProblems(problems: readonly PlacedProblem[], io: Io): void {
  const paint = painter(io.stderr, io.env);
  for (const problem of problems) {
    io.stderr.write(`${snippetLines(problem, paint).join('\n')}\n\n`);
  }
  const files = new Set(problems.map(({ file }) => file)).size;
  const counts = `${countText(problems.length, 'problem')} in ${countText(files, 'file')}`;
  io.stderr.write(`${paint('red', counts)}\n`);
}

/** `1 file`, `2 files`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
