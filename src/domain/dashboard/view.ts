/** A dashboard as somebody sees it: the cards that they may see, with their data. */
import type { Cell, Column } from '../warehouse/warehouse.ts';
import type { CardOptions, CardPosition, Visualisation } from './card.ts';
import type { Period } from './time-filter.ts';

export type { Cell, Column };

export type CardView = {
  readonly id: number;
  readonly title: string;
  readonly visualisation: Visualisation;
  readonly position: CardPosition;
  readonly options: CardOptions;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether there were more rows than the cap of 10,000. */
  readonly truncated: boolean;
  /** Of a text card. */
  readonly text: string | null;
  /** Why there is no data, in the database's words. */
  readonly error: string | null;
};

export type DashboardView = {
  readonly id: number;
  readonly title: string;
  readonly project: { readonly id: number; readonly slug: string; readonly name: string };
  /** null: all time. */
  readonly period: Period | null;
  /** From the top, then from the left. */
  readonly cards: readonly CardView[];
  /** How many cards the viewer may not see. */
  readonly leftOut: number;
  readonly at: Date;
};
