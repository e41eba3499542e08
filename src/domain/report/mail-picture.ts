/** The pictures of a mail's charts: at most 640 px wide on a desk, at twice as many pixels, with letters that can still
 *  be read when a phone shows them at 340. */
import type { CardView } from '../dashboard/view.ts';
import { MARGIN, toPng } from './chart/png.ts';
import { drawChart } from './chart/svg.ts';
import { LOCALE } from './format.ts';
import { formatOf } from './words.ts';

export type MailPicture = {
  readonly cid: string;
  /** px, as a desk shows it. */
  readonly width: number;
  readonly height: number;
  readonly notes: readonly string[];
};

// Drawn small and shown a fifth larger: 13 px of type become 15 on a desk and 9 on a phone.
const DRAWN = { width: 480, height: 260, fontSize: 13 };
const SHOWN = 592;

/** One picture a card, drawn once. */
export function createPictures() {
  const made = new Map<CardView, MailPicture & { png: Buffer }>();
  return {
    of(card: CardView): MailPicture {
      let picture = made.get(card);
      if (!picture) made.set(card, (picture = draw(card, made.size)));
      return picture;
    },
    all: () => [...made.values()].map(({ cid, png }) => ({ cid, png })),
  };
}

function draw(card: CardView, at: number) {
  const cid = `chart-${at + 1}@report`;
  const { svg, notes } = drawChart(
    card,
    { ...DRAWN, format: formatOf(card), locale: LOCALE },
    `m${at}`,
  );
  const height = Math.round((SHOWN * (DRAWN.height + 2 * MARGIN)) / (DRAWN.width + 2 * MARGIN));
  return { cid, width: SHOWN, height, notes, png: toPng(svg, SHOWN * 2) };
}
