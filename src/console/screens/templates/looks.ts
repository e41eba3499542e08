/** What the states of a cell are called, how each is marked, and what was changed by hand in words. */
import type { CellState } from '../../generated/graphql.ts';
import type { StateLook } from '../../words/states.ts';

/** `NEVER`: there is no cell. */
export type Shown = CellState | 'NEVER';

export const CELL_LOOKS = {
  ON: { label: 'On', tone: 'good', shape: 'check' },
  OFF: { label: 'Off', tone: 'calm', shape: 'off' },
  NEEDS_VALUES: { label: 'Needs values', tone: 'warn', shape: 'question' },
  BROKEN: { label: 'Broken', tone: 'bad', shape: 'bolt' },
  NEVER: { label: 'Never on', tone: 'calm', shape: 'ring' },
} as const satisfies Record<Shown, StateLook>;

const FIELDS: Readonly<Record<string, string>> = {
  name: 'the name',
  description: 'the description',
  trigger: 'the trigger',
  steps: 'the steps',
};

/** `the trigger, the policy retries`. @param overrides as the API spells them. */
export function overrideWords(overrides: readonly string[]): string {
  return overrides
    .map((each) => FIELDS[each] ?? `the policy ${each.replace(/^policies\./, '')}`)
    .join(', ');
}
