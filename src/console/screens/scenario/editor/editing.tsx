/** What every field of the form works with: the configuration, how to change it, and what is wrong with it. */
import { createContext, use } from 'react';
import type { Problem } from '../../../live/use-command.ts';
import { valueAt, type Configuration, type Path } from './configuration.ts';

export type Editing = {
  readonly configuration: Configuration;
  readonly problems: readonly Problem[];
  readonly readOnly: boolean;
  /** undefined takes the field away. */
  set(path: Path, value: unknown): void;
};

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = use(EditingContext);
  if (!editing) throw new Error('useEditing is for fields within an editor');
  return editing;
}

/** One place of the configuration. */
export function useSpot(path: Path) {
  const { configuration, problems, readOnly, set } = useEditing();
  return {
    value: valueAt(configuration, path),
    set: (value: unknown) => set(path, value),
    /** What is wrong with it or within it, in the server's words. */
    problem: problemAt(problems, path),
    readOnly,
    /** By which a problem finds its field. */
    'data-at': path.join('.'),
  };
}

export function problemAt(problems: readonly Problem[], path: Path): string | null {
  const found = problems.filter((problem) =>
    path.every((part, index) => String(problem.path[index]) === String(part)),
  );
  return found.length === 0 ? null : found.map(({ message }) => message).join(' ');
}
