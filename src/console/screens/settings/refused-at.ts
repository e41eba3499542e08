/** What a command refused, told where it belongs: beside the field, and above the form what has no field. */
import type { Refused } from '../../live/use-command.ts';

/** The problem of a field, by its path; of a list also what is wrong with one of its entries. */
export function problemAt(refused: Refused | null, ...path: readonly string[]): string | null {
  const found = refused?.problems.find((problem) => begins(problem.path, path));
  return found ? found.message : null;
}

/** What is left to say once these fields have told theirs; null: nothing. */
export function withoutFields(
  refused: Refused | null,
  paths: readonly (readonly string[])[],
): Refused | null {
  if (!refused) return null;
  const problems = refused.problems.filter(
    (problem) => !paths.some((path) => begins(problem.path, path)),
  );
  if (problems.length === 0 && refused.problems.length > 0) return null;
  return { ...refused, problems };
}

const begins = (path: readonly string[], start: readonly string[]) =>
  start.every((part, index) => path[index] === part);
