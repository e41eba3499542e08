/** A few rows of a table in a project's warehouse, read as a card reads: on the login that may only select there. */
import type { Column } from '#domain/warehouse/warehouse.ts';
import { WarehouseError } from '#domain/warehouse/warehouse-error.ts';
import { quoteIdentifier } from '#platform/identifier.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { CardColumn } from './dashboard-view.ts';

type Sample = {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
  readonly error: string | null;
};

/** Cells of a sample are cut to this many characters. */
const MAX_CELL = 500;

export const SampleType = builder.objectRef<Sample>('DataSample').implement({
  description: 'A few rows of a table.',
  fields: (t) => ({
    columns: t.field({
      type: [CardColumn],
      description: 'In the table’s order.',
      resolve: ({ columns }) => [...columns],
    }),
    rows: t.field({
      type: 'JSON',
      description: `A list of lists, in the order of the columns; texts are cut to ${MAX_CELL} characters.`,
      resolve: ({ rows }) => rows,
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why there are none, in the database’s words.',
    }),
  }),
});

/** @param first how many rows, 1 to 100. */
export async function sampleOf(
  context: Context,
  schema: string,
  table: string,
  first: number,
): Promise<Sample> {
  const count = Math.min(Math.max(first, 1), 100);
  try {
    const { columns, rows } = await context.warehouse.query(
      schema,
      `select * from ${quoteIdentifier(table)} limit ${count}`,
      {},
      { signal: context.gone() },
    );
    const cut = (cell: unknown) =>
      typeof cell === 'string' && cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL)}…` : cell;
    return { columns, rows: rows.map((row) => row.map(cut)), error: null };
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    return { columns: [], rows: [], error: error.message };
  }
}
