/** What of the matrix is known: templates and projects by their place, cells by both. Every change makes a new value;
 *  what did not change stays the same object, so that only rows in which something changed are drawn anew. */
import type {
  TemplateMatrixCellPartsFragment,
  TemplateProjectPartsFragment,
  TemplateRowPartsFragment,
} from '../../../generated/graphql.ts';

export type Template = TemplateRowPartsFragment;
export type Project = TemplateProjectPartsFragment;
export type Cell = Pick<TemplateMatrixCellPartsFragment, 'state' | 'overridden'>;
export type Cells = ReadonlyMap<string, Cell>;

/** One side: as long as it is, with holes where nothing was read yet. */
export type Side<Entry> = readonly (Entry | undefined)[];

export type Sheet = {
  readonly templates: Side<Template>;
  readonly projects: Side<Project>;
  /** By the template's id, by the project's. Where both are known and there is none, it never was on. */
  readonly cells: ReadonlyMap<string, Cells>;
};

export const NOTHING: Sheet = { templates: [], projects: [], cells: new Map() };
export const NO_CELLS: Cells = new Map();

export type Told = {
  readonly templateId: string;
  readonly projectId: string;
} & Cell;

/** What a tile says of a side. One that stood elsewhere stands there no more. */
export function withEntries<Entry extends { readonly id: string }>(
  side: Side<Entry>,
  { offset, total, entries }: { offset: number; total: number; entries: readonly Entry[] },
): Side<Entry> {
  const isKnown =
    side.length === total && entries.every((entry, at) => isAlike(side[offset + at], entry));
  if (isKnown) return side;
  const next = Array.from({ length: total }, (_, at) => side[at]);
  const moved = new Set(entries.map(({ id }) => id));
  for (const [at, entry] of next.entries()) {
    if (entry && moved.has(entry.id)) next[at] = undefined;
  }
  for (const [at, entry] of entries.entries()) {
    if (offset + at < total) next[offset + at] = entry;
  }
  return next;
}

/** Entries that changed, wherever they stand. */
export function withNews<Entry extends { readonly id: string }>(
  side: Side<Entry>,
  news: readonly Entry[],
): Side<Entry> {
  const byId = new Map(news.map((entry) => [entry.id, entry]));
  if (!side.some((entry) => entry && byId.has(entry.id))) return side;
  return side.map((entry) => (entry && byId.get(entry.id)) ?? entry);
}

export function withCells(cells: Sheet['cells'], told: readonly Told[]): Sheet['cells'] {
  const next = new Map(cells);
  for (const [templateId, its] of Map.groupBy(told, (each) => each.templateId)) {
    const row = new Map(next.get(templateId));
    for (const { projectId, state, overridden } of its) row.set(projectId, { state, overridden });
    next.set(templateId, row);
  }
  return next;
}

/** Flat objects of plain values, and the same one level below. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return Object.entries(b).every(([key, value]) =>
    isAlike((a as Readonly<Record<string, unknown>>)[key], value),
  );
}
