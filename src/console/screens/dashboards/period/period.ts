/** The period that a dashboard is looked at for, as the API spells it, as the address does, and in words. */

export type Days = { readonly from: string; readonly to: string };
export type Filter = string | Days;

/** In the order in which they are offered. */
export const PRESETS: readonly (readonly [string, string])[] = [
  ['today', 'Today'],
  ['yesterday', 'Yesterday'],
  ['last_7_days', 'Last 7 days'],
  ['last_30_days', 'Last 30 days'],
  ['last_90_days', 'Last 90 days'],
  ['this_week', 'This week'],
  ['last_week', 'Last week'],
  ['this_month', 'This month'],
  ['last_month', 'Last month'],
  ['this_quarter', 'This quarter'],
  ['last_quarter', 'Last quarter'],
  ['this_year', 'This year'],
  ['last_year', 'Last year'],
];

const WORDS = new Map(PRESETS);
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export const isDays = (filter: unknown): filter is Days =>
  typeof filter === 'object' &&
  filter !== null &&
  DAY.test(String((filter as Days).from)) &&
  DAY.test(String((filter as Days).to)) &&
  (filter as Days).from <= (filter as Days).to;

/** What the API answers, or nothing that is known. */
export function toFilter(stored: unknown): Filter | null {
  if (typeof stored === 'string') return stored;
  return isDays(stored) ? { from: stored.from, to: stored.to } : null;
}

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const dayWords = (text: string) => day.format(new Date(`${text}T00:00:00Z`));

/** `Last 7 days`, `16 Nov 2026 – 22 Nov 2026`; none: `All time`. */
export function filterWords(filter: Filter | null): string {
  if (filter === null) return 'All time';
  if (typeof filter === 'string') return WORDS.get(filter) ?? filter.replaceAll('_', ' ');
  const { from, to } = filter;
  return from === to ? dayWords(from) : `${dayWords(from)} – ${dayWords(to)}`;
}

/** `?period=last_week`, `?from=2026-11-16&to=2026-11-22`; null: the dashboard's own. */
export function readFilter(search: URLSearchParams): Filter | null {
  const days = { from: search.get('from'), to: search.get('to') };
  if (isDays(days)) return days;
  const preset = search.get('period');
  return preset !== null && WORDS.has(preset) ? preset : null;
}

/** The same way back, in place. */
export function writeFilter(search: URLSearchParams, filter: Filter | null): void {
  for (const name of ['period', 'from', 'to']) search.delete(name);
  if (typeof filter === 'string') search.set('period', filter);
  else if (filter) {
    search.set('from', filter.from);
    search.set('to', filter.to);
  }
}
