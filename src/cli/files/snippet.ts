/** A problem of a file as a person reads it: where, what, and the line itself with the place underlined. */
import type { Paint } from '../text/style.ts';
import { formatPath } from '#platform/errors.ts';
import { clean } from '../text/width.ts';
import type { PlacedProblem } from './read.ts';

/** `a.yaml:4:11`, as editors and CI make links of it. */
export const placeText = ({ file, line, column }: PlacedProblem) => `${file}:${line}:${column}`;

export function snippetLines(problem: PlacedProblem, paint: Paint): string[] {
  const { path, message, line, column, length, source } = problem;
  const where = path.length > 0 ? `${formatPath(path)}: ` : '';
  const number = String(line).padStart(4);
  // Tabs and wide characters before the place keep their width by being repeated.
  const indent = source.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  return [
    `${paint('bold', placeText(problem))}  ${paint('red', clean(`${where}${message}`))}`,
    `${paint('dim', `${number} |`)} ${clean(source)}`,
    `${paint('dim', '     |')} ${indent}${paint('red', '^'.repeat(length))}`,
  ];
}

/** For --json. */
export function problemJson({ file, line, column, path, message, value }: PlacedProblem) {
  return { file, line, column, path, message, value: value ?? null };
}
