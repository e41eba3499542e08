/** The files of a report, and what they are called: letters, digits and dashes, no two the same. */
import type { DashboardView } from '#domain/dashboard/view.ts';
import type { MailFile } from '#domain/mail/send-mail.ts';
import { toCsv } from '#domain/report/csv.ts';

/** `sales-2026-11-22.pdf`: the first dashboard, and the last day of its period. */
export function fileName(views: readonly DashboardView[], ending: string): string {
  const [first] = views;
  const { period = null, title = '', at = new Date() } = first ?? {};
  const last = period === null ? at : new Date(period.to.getTime() - 1);
  const day = Temporal.Instant.fromEpochMilliseconds(last.getTime())
    .toZonedDateTimeISO(period?.zone ?? 'UTC')
    .toPlainDate();
  return `${wordOf(title, 'report')}-${day.toString()}.${ending}`;
}

/** One file per card with rows of its own; what failed and what is text have none. */
export function csvFiles(views: readonly DashboardView[]): MailFile[] {
  const taken = new Set<string>();
  return views.flatMap((view) =>
    view.cards
      .filter(({ visualisation, error }) => visualisation !== 'text' && error === null)
      .map((card) => {
        const base = `${wordOf(view.title, 'dashboard')}-${wordOf(card.title, `card-${card.id}`)}`;
        const name = taken.has(base) ? `${base}-${card.id}` : base;
        taken.add(name);
        const bytes = Buffer.from(toCsv(card));
        return { name: `${name}.csv`, mediaType: 'text/csv; charset=utf-8', bytes };
      }),
  );
}

function wordOf(title: string, otherwise: string): string {
  const plain = title.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const word = plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '');
  return word === '' ? otherwise : word;
}
