/** What an output's view is given. A view for a kind is one file beside this one, named as the kind is on the wire:
 *  `run_recipe.tsx`, whose default export is a component that takes this. It is read when a step of that kind is looked
 *  at; a kind without a file, and an output that its file does not know, are shown as JSON. */
import type { StepView } from '../run-view.ts';

export type Artifact = {
  readonly pos: number;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  /** Its address, as a download. */
  readonly path: string;
  /** Where the browser shows it; null: it does not. */
  readonly inlinePath: string | null;
};

export type OutputProps = {
  /** Its `output` is null before the step has ended, and where it answered nothing. */
  readonly step: StepView;
  /** Files of this step. */
  readonly files: readonly Artifact[];
  readonly run: { readonly id: string; readonly databaseId: number };
  /** As the step was configured, templates unfilled; undefined where it is not known. */
  readonly config?: unknown;
};

type Entries = Readonly<Record<string, unknown>>;

/** The output as names and values; null for anything else. */
export const entriesOf = (output: unknown): Entries | null =>
  typeof output === 'object' && output !== null && !Array.isArray(output)
    ? (output as Entries)
    : null;

/** A number of the output; 0 where there is none. */
export function numberIn(output: Entries, name: string): number {
  const value = output[name];
  return typeof value === 'number' ? value : 0;
}

/** A list of objects of the output; none where there is no list. */
export function listIn(output: Entries, name: string): readonly Entries[] {
  const value = output[name];
  if (!Array.isArray(value)) return [];
  return value.map(entriesOf).filter((each) => each !== null);
}
