/** What can be said of a report before it is rendered: how much of it there is, and whether it is worth sending. */
import type { DashboardView } from '#domain/dashboard/view.ts';

export type Look = {
  readonly dashboards: number;
  readonly cards: number;
  /** Cards whose query failed. */
  readonly failed: number;
  /** Cards that the owner may not see. */
  readonly leftOut: number;
  readonly periods: string[];
  /** No card has a row, and none failed. */
  readonly empty: boolean;
  /** Why nothing is sent; null: it is. */
  readonly refusal: { readonly reason: string; readonly retryable: boolean } | null;
  readonly lines: readonly (readonly [line: string, level: 'info' | 'warn'])[];
};

export function lookAt(views: readonly DashboardView[]): Look {
  const cards = views.flatMap((view) => view.cards.map((card) => ({ ...card, view })));
  const withData = cards.filter(({ visualisation }) => visualisation !== 'text');
  const failed = withData.filter(({ error }) => error !== null);
  const leftOut = views.reduce((sum, view) => sum + view.leftOut, 0);
  const lines = failed.map(
    ({ view, title, error }) => [`${view.title}, card “${title}”: ${error}`, 'warn'] as const,
  );
  const absent = `${leftOut} ${leftOut === 1 ? 'card is' : 'cards are'} left out: the scenario’s owner may not see them`;
  return {
    dashboards: views.length,
    cards: cards.length,
    failed: failed.length,
    leftOut,
    periods: [...new Set(views.map(({ period }) => period?.label ?? 'all time'))],
    empty: withData.every(({ rows, error }) => error === null && rows.length === 0),
    refusal: refusalOf(cards.length, withData.length, failed, leftOut),
    lines: leftOut === 0 ? lines : [...lines, [absent, 'warn'] as const],
  };
}

function refusalOf(
  cards: number,
  withData: number,
  failed: readonly { readonly title: string; readonly error: string | null }[],
  leftOut: number,
): Look['refusal'] {
  if (cards === 0 && leftOut > 0) {
    const reason = `the scenario’s owner may see none of the ${leftOut} cards; give the scenario another owner`;
    return { reason, retryable: false };
  }
  const [first] = failed;
  if (first === undefined || failed.length < withData) return null;
  return {
    reason: `the query of every card failed; the first, “${first.title}”: ${first.error}`,
    retryable: true,
  };
}
