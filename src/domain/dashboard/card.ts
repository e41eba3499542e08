/** What a dashboard's cards are made of, as forms: the editor's input is checked against them. */
import { z } from 'zod';
import { PERMISSIONS } from '../access/principal.ts';

export const VISUALISATIONS = ['table', 'kpi', 'bar', 'line', 'area', 'pie', 'text'] as const;
export type Visualisation = (typeof VISUALISATIONS)[number];

export const PALETTES = ['categorical', 'sequential'] as const;

export const COLUMNS = 12;

const column = z.string().min(1).max(63);

export const cardOptions = z.strictObject({
  /** Stands beside numbers: `USD`, `%`, `min`. */
  unit: z.string().max(20).optional(),
  /** The column of categories or times; the first one when left out. */
  x: column.optional(),
  /** The columns of values; all other numbers when left out. */
  y: z.union([column, z.array(column).min(1).max(20)]).optional(),
  stacked: z.boolean().optional(),
  decimals: z.int().min(0).max(10).optional(),
  /** How many rows are shown. */
  limit: z.int().min(1).max(10_000).optional(),
  palette: z.enum(PALETTES).optional(),
  /** Of a text card: plain, blank lines part paragraphs. */
  text: z.string().max(10_000).optional(),
});
export type CardOptions = z.infer<typeof cardOptions>;

/** On a grid of 12 columns; rows as many as are needed. */
export const cardPosition = z
  .strictObject({
    x: z
      .int()
      .min(0)
      .max(COLUMNS - 1),
    y: z.int().min(0).max(999),
    w: z.int().min(1).max(COLUMNS),
    h: z.int().min(1).max(40),
  })
  .refine(({ x, w }) => x + w <= COLUMNS, {
    path: ['w'],
    error: `reaches beyond the ${COLUMNS} columns`,
  });
export type CardPosition = z.infer<typeof cardPosition>;

export const cardPermission = z.enum(PERMISSIONS);

/** Stored options; what this version does not know is left out, and all of it where a known one has another form. */
export function readOptions(stored: unknown): CardOptions {
  return cardOptions.strip().safeParse(stored).data ?? {};
}

/** A stored position; one without takes half the width at the top. */
export function readPosition(stored: unknown): CardPosition {
  return cardPosition.safeParse(stored).data ?? { x: 0, y: 0, w: COLUMNS / 2, h: 4 };
}
