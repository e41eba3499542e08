/** Where cards stand. Rows of cards that touch each other are bands, which paper keeps together; what is too long for
 *  its place, tables above all, flows beneath its band over as many pages as it takes. */
import type { CardView } from '../dashboard/view.ts';

export type Place = {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
};
export type Placed = { readonly card: CardView; readonly place: Place };
/** `y` counts from the band's first row. */
export type Band = { readonly rows: number; readonly cards: readonly Placed[] };
export type Block = { readonly band: Band } | { readonly flow: CardView };

const COLUMNS = 12;

/** As they were placed; a card that lies on another one slides down until it is free. */
export function placed(cards: readonly CardView[]): Placed[] {
  const done: Placed[] = [];
  for (const card of cards) {
    let place: Place = card.position;
    const hit = () => done.find((other) => touches(other.place, place));
    for (let other = hit(); other; other = hit()) {
      place = { ...place, y: other.place.y + other.place.h };
    }
    done.push({ card, place });
  }
  return done.toSorted((a, b) => a.place.y - b.place.y || a.place.x - b.place.x);
}

/** @param flows whether a card is too long for its place.
 *  @param most rows that a page holds; a higher band is taken apart, one card after another. */
export function blocksOf(
  cards: readonly CardView[],
  flows: (placed: Placed) => boolean,
  most: number,
): Block[] {
  return bandsOf(placed(cards)).flatMap((band) => {
    const long = band.filter(flows);
    const rest = widened(band.filter((each) => !long.includes(each)));
    return [...apart(rest, most), ...long.map(({ card }) => ({ flow: card }))];
  });
}

function bandsOf(cards: readonly Placed[]): Placed[][] {
  const bands: Placed[][] = [];
  let end = -1;
  for (const each of cards) {
    if (each.place.y >= end) bands.push([]);
    bands.at(-1)!.push(each);
    end = Math.max(end, each.place.y + each.place.h);
  }
  return bands;
}

/** Cards side by side take the room that a flowing one has left. */
function widened(cards: readonly Placed[]): readonly Placed[] {
  const [first] = cards;
  const used = cards.reduce((sum, { place }) => sum + place.w, 0);
  const isOneRow = cards.every(({ place }) => place.y === first?.place.y);
  if (!first || !isOneRow || used >= COLUMNS) return cards;
  // A single narrow figure would look lost across the whole page.
  if (cards.length === 1 && first.card.visualisation === 'kpi') return cards;
  let x = 0;
  return cards.map((each, at) => {
    const w =
      at === cards.length - 1
        ? COLUMNS - x
        : Math.max(1, Math.round((each.place.w * COLUMNS) / used));
    const place = { ...each.place, x, w };
    x += w;
    return { ...each, place };
  });
}

function apart(cards: readonly Placed[], most: number): Block[] {
  if (cards.length === 0) return [];
  const top = Math.min(...cards.map(({ place }) => place.y));
  const rows = Math.max(...cards.map(({ place }) => place.y + place.h)) - top;
  if (rows <= most) {
    const moved = cards.map(({ card, place }) => ({
      card,
      place: { ...place, y: place.y - top },
    }));
    return [{ band: { rows, cards: moved } }];
  }
  return cards.map(({ card, place }) => {
    const h = Math.min(place.h, most);
    return { band: { rows: h, cards: [{ card, place: { ...place, y: 0, h } }] } };
  });
}

function touches(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
