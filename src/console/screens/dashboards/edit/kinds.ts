/** The ways in which a card shows its rows, as they are offered. */
import type { Visualisation } from '../../../generated/graphql.ts';

export const KINDS: readonly (readonly [Visualisation, string])[] = [
  ['KPI', 'Figure'],
  ['BAR', 'Bars'],
  ['LINE', 'Lines'],
  ['AREA', 'Areas'],
  ['PIE', 'Pie'],
  ['TABLE', 'Table'],
  ['TEXT', 'Words'],
];
