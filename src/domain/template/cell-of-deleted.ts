/** Deleting the scenario of a cell turns the cell off: switched on again, it makes a new one. */
import { row, type Client } from '#platform/db.ts';
import type { Principal } from '../access/principal.ts';
import * as sql from './cell.sql.ts';
import type { CellRow } from './template.sql.ts';
import { notifyTemplate, recordCell, saveCell } from './write-cell.ts';

/** Takes the cell of a scenario, before the scenario's slot: cells come first wherever both are held. A scenario has
 *  its cell from its first moment or never, so none can come between.
 *  @returns null where no template made the scenario. */
export function lockCellOf(tx: Client, scenarioId: number): Promise<CellRow | null> {
  return row(tx, sql.lockCellOf, [scenarioId]);
}

/** The caller holds the cell. */
export async function turnOffDeleted(tx: Client, who: Principal, cell: CellRow): Promise<void> {
  const off = { state: 'off', scenarioId: null, applied: null, problem: null } as const;
  const saved = await saveCell(tx, who, { ...cell, ...off });
  await recordCell(tx, who, 'disable', cell, saved);
  await notifyTemplate(tx, cell.templateId);
}
