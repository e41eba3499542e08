/** One card as it stands on a page, for an editor that lays cards out itself: a piece of HTML without script, and the
 *  style sheet of all of them, which counts within a shadow root alone. */
import type { DashboardView } from '../dashboard/view.ts';
import { pageCard } from './page-card.ts';
import { pageStyle } from './page-style.ts';

/** @param view of one card. */
export function cardFragment(view: DashboardView): string {
  const [card] = view.cards;
  if (!card) return '';
  const { w, h } = card.position;
  const place = { x: 0, y: 0, w, h };
  return pageCard({ card, place }, { view, locale: undefined, id: 'p' });
}

export const fragmentStyle = (): string =>
  `${pageStyle('page').replaceAll(/^(?:body|:root)\{/gm, ':host{')}
:host{display:block;background:none}
.card{height:100%;grid-area:auto!important}
.scroll{max-height:none}
`;
