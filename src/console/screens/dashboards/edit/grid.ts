/** Where cards lie: on 12 columns, no two on the same spot. */

export type Place = {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
};

export const COLUMNS = 12;
export const MAX_ROWS = 40;
const MAX_Y = 999;

/** px, as the report's page has them at its full width. */
export const ROW_PX = 56;
export const GAP_PX = 16;

type Placed = { readonly key: string; readonly place: Place };

/** Within the columns. */
export function clamped({ x, y, w, h }: Place): Place {
  const width = within(w, 1, COLUMNS);
  return {
    x: within(x, 0, COLUMNS - width),
    y: within(y, 0, MAX_Y),
    w: width,
    h: within(h, 1, MAX_ROWS),
  };
}

const within = (value: number, least: number, most: number) =>
  Math.min(most, Math.max(least, Math.round(value)));

const touches = (a: Place, b: Place) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

const before = (a: Placed, b: Placed) => a.place.y - b.place.y || a.place.x - b.place.x;

/** From the top, then from the left: as they are read. */
export const sorted = <Card extends Placed>(cards: readonly Card[]): Card[] =>
  cards.toSorted(before);

/** One card goes where it is put; those in its way slide down until they lie free. */
export function put<Card extends Placed>(
  cards: readonly Card[],
  key: string,
  place: Place,
): Card[] {
  const wanted = clamped(place);
  const moved = cards.map((card) => (card.key === key ? { ...card, place: wanted } : card));
  const done: Card[] = moved.filter((card) => card.key === key);
  for (const card of sorted(moved.filter((each) => each.key !== key))) {
    let at = card.place;
    const hit = () => done.find((other) => touches(other.place, at));
    for (let other = hit(); other; other = hit()) at = { ...at, y: other.place.y + other.place.h };
    done.push(at === card.place ? card : { ...card, place: at });
  }
  return sorted(done);
}

/** The first row below all of them. */
export const below = (cards: readonly Placed[]): number =>
  Math.max(0, ...cards.map(({ place }) => place.y + place.h));
