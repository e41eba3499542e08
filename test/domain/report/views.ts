/** Dashboards by hand, with data as the warehouse answers it. */
import type { CardView, DashboardView } from '#domain/dashboard/view.ts';

export const PERIOD = {
  from: new Date('2026-11-15T23:00:00Z'),
  to: new Date('2026-11-22T23:00:00Z'),
  label: 'Mon 16 – Sun 22 Nov 2026',
  zone: 'Europe/Berlin',
};

export function view(
  cards: readonly CardView[],
  given: Partial<DashboardView> = {},
): DashboardView {
  return {
    id: 1,
    title: 'Sales overview',
    project: { id: 1, slug: 'sales', name: 'Sales' },
    period: PERIOD,
    cards,
    leftOut: 0,
    at: new Date('2026-11-23T06:00:00Z'),
    ...given,
  };
}

let last = 0;

export function card(given: Partial<CardView> = {}): CardView {
  last += 1;
  return {
    id: last,
    title: 'Revenue by category',
    visualisation: 'bar',
    position: { x: 0, y: 0, w: 6, h: 4 },
    options: {},
    columns: [
      { name: 'category', type: 'text' },
      { name: 'revenue', type: 'number' },
    ],
    rows: [
      ['Books', 12_345.5],
      ['Garden', 8_100],
      ['Toys', 4_020],
    ],
    truncated: false,
    text: null,
    error: null,
    ...given,
  };
}

export function kpi(title: string, value: number, x: number, unit?: string): CardView {
  return card({
    title,
    visualisation: 'kpi',
    position: { x, y: 0, w: 4, h: 2 },
    options: unit === undefined ? {} : { unit },
    columns: [{ name: title.toLowerCase(), type: 'number' }],
    rows: [[value]],
  });
}

/** So many days from 1 September, with one number each. */
export function days(count: number): [string, number][] {
  const first = Temporal.PlainDate.from('2026-09-01');
  return Array.from({ length: count }, (_, at) => [
    first.add({ days: at }).toString(),
    Math.round(1_000 + 400 * Math.sin(at / 3) + at * 7),
  ]);
}

export function table(rows: number, given: Partial<CardView> = {}): CardView {
  const countries = ['Germany', 'France', 'Japan', 'Brazil'];
  return card({
    title: 'Best customers',
    visualisation: 'table',
    columns: [
      { name: 'customer_id', type: 'number' },
      { name: 'country', type: 'text' },
      { name: 'since', type: 'date' },
      { name: 'orders', type: 'number' },
      { name: 'revenue', type: 'number' },
    ],
    rows: Array.from({ length: rows }, (_, at) => [
      10_000 + at,
      countries[at % 4]!,
      '2026-11-16',
      (at * 7) % 40,
      Math.round(1_000_000 / (at + 3)) / 10,
    ]),
    ...given,
  });
}

/** Eight cards of every kind. */
export function everyKind(given: Partial<DashboardView> = {}): DashboardView {
  return view(
    [
      kpi('Revenue', 1_234_567.8, 0, 'USD'),
      kpi('Orders', 4_711, 4),
      kpi('Returned', 3.2, 8, '%'),
      card({
        title: 'Revenue by day',
        visualisation: 'line',
        position: { x: 0, y: 2, w: 6, h: 4 },
        options: { unit: 'USD' },
        columns: [
          { name: 'day', type: 'date' },
          { name: 'revenue', type: 'number' },
        ],
        rows: days(80),
      }),
      card({ position: { x: 6, y: 2, w: 6, h: 4 }, options: { unit: 'USD' } }),
      card({
        title: 'Sessions by hour',
        visualisation: 'area',
        position: { x: 0, y: 6, w: 6, h: 4 },
        options: { stacked: true },
        columns: [
          { name: 'hour', type: 'timestamp' },
          { name: 'desktop', type: 'number' },
          { name: 'phone', type: 'number' },
        ],
        rows: Array.from({ length: 48 }, (_, at) => [
          `2026-11-${16 + Math.floor(at / 24)}T${String(at % 24).padStart(2, '0')}:00:00+01:00`,
          20 + (at % 24) * 2,
          Math.round(30 + 20 * Math.cos(at / 4)),
        ]),
      }),
      card({
        title: 'Share of sources',
        visualisation: 'pie',
        position: { x: 6, y: 6, w: 6, h: 4 },
        columns: [
          { name: 'source', type: 'text' },
          { name: 'visits', type: 'number' },
        ],
        rows: [
          ['search', 5_120],
          ['newsletter', 2_048],
          ['direct', 1_733],
          ['social', 901],
          ['a partner with a very long name that nobody shortened', 350],
        ],
      }),
      table(20, { position: { x: 0, y: 10, w: 12, h: 6 } }),
    ],
    given,
  );
}
