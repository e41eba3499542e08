/** What the parts of a dashboard's cards are called. */

export const VISUALISATION_WORDS: Readonly<Record<string, string>> = {
  TABLE: 'table',
  KPI: 'figure',
  BAR: 'bars',
  LINE: 'lines',
  AREA: 'areas',
  PIE: 'pie',
  TEXT: 'words',
};

/** Who sees a card. */
export function permissionWords(permission: string | null): string {
  if (!permission || permission === 'project.view') return 'Whoever sees the project';
  if (permission === 'project.edit') return 'Editors of the project';
  if (permission === 'org.admin') return 'Administrators';
  return permission;
}

type Place = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };

/** `column 1, row 3, 6 wide, 4 high` */
export function placeWords(place: unknown): string {
  const { x, y, w, h } = (place ?? {}) as Partial<Place>;
  if (x === undefined || y === undefined) return 'no place';
  return `column ${x + 1}, row ${y + 1}, ${w} wide, ${h} high`;
}
