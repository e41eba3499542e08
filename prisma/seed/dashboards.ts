/** The demo's dashboards. Their cards read the project's warehouse, in which its datasets are tables. */
import {
  cardOptions,
  COLUMNS,
  type CardOptions,
  type Visualisation,
} from '#domain/dashboard/card.ts';
import type { TimeFilter } from '#domain/dashboard/time-filter.ts';
import { type Queryable, row } from '#platform/db.ts';
import { nightlyDashboard } from './nightly-dashboard.ts';
import type { People, ProjectSlug } from './people.ts';
import * as sql from './seed.sql.ts';

type Card = {
  readonly title: string;
  readonly visualisation: Visualisation;
  readonly sql?: string;
  readonly options?: CardOptions;
  readonly requiredPermission?: 'project.edit' | 'org.admin';
  /** Where the kind's own does not fit. */
  readonly size?: { readonly w: number; readonly h: number };
};

export type Dashboard = {
  readonly project: ProjectSlug;
  readonly title: string;
  readonly filter: TimeFilter;
  readonly cards: readonly Card[];
};

// The files end with October 2026, whenever the demo is looked at: their last twelve whole weeks.
const SEASON = { from: '2026-08-03', to: '2026-10-25' };

const within = (column: string) => `${column} >= {{ from }} and ${column} < {{ to }}`;
/** Rows of the period and of one as long before it. */
const twice = (column: string) =>
  `${column} >= {{ from }} - ({{ to }} - {{ from }}) and ${column} < {{ to }}`;
const before = (column: string) => `filter (where ${column} < {{ from }}) as before`;
const now = (column: string) => `filter (where ${column} >= {{ from }})`;

// Cancelled and returned orders are no revenue.
const PAID = `status in ('delivered', 'open')`;
const WHOLE = { w: 12, h: 5 };

export const DASHBOARDS: readonly Dashboard[] = [
  {
    project: 'sales',
    title: 'Sales overview',
    filter: SEASON,
    cards: [
      {
        title: 'Revenue',
        visualisation: 'kpi',
        sql: `select sum(amount) ${now('ordered_at')} as revenue, sum(amount) ${before('ordered_at')}
              from orders where ${PAID} and ${twice('ordered_at')}`,
        options: { unit: 'USD', decimals: 0 },
      },
      {
        title: 'Orders',
        visualisation: 'kpi',
        sql: `select count(*) ${now('ordered_at')} as orders, count(*) ${before('ordered_at')}
              from orders where status <> 'cancelled' and ${twice('ordered_at')}`,
      },
      {
        title: 'Average order, week by week',
        visualisation: 'kpi',
        sql: `select date_trunc('week', ordered_at)::date as week, avg(amount) as average
              from orders where ${PAID} and ${within('ordered_at')} group by week order by week`,
        options: { unit: 'USD', decimals: 2 },
      },
      {
        title: 'Returned',
        visualisation: 'kpi',
        sql: `select 100.0 * count(*) filter (where status = 'returned') / count(*) as returned
              from orders where ${within('ordered_at')}`,
        options: { unit: '%', decimals: 1 },
      },
      {
        title: 'Revenue by week and category',
        visualisation: 'area',
        sql: `select date_trunc('week', o.ordered_at)::date as week, p.category, sum(o.amount) as revenue
              from orders o join products p using (sku)
              where o.${PAID} and ${within('o.ordered_at')}
              group by week, p.category order by week, p.category`,
        options: { x: 'week', y: 'revenue', unit: 'USD', stacked: true, decimals: 0 },
        size: { w: 8, h: 5 },
      },
      {
        title: 'Where it is sold',
        visualisation: 'pie',
        sql: `select shop, sum(amount) as revenue from orders
              where ${PAID} and ${within('ordered_at')} group by shop order by revenue desc`,
        options: { x: 'shop', y: 'revenue', unit: 'USD', decimals: 0 },
        size: { w: 4, h: 5 },
      },
      {
        title: 'Best products',
        visualisation: 'bar',
        sql: `select sku, sum(amount) as revenue from orders
              where ${PAID} and ${within('ordered_at')} group by sku order by revenue desc limit 8`,
        options: { x: 'sku', y: 'revenue', unit: 'USD', decimals: 0 },
      },
      {
        title: 'Best customers',
        visualisation: 'table',
        sql: `select c.customer_id::text as customer, c.country, c.segment, count(*) as orders, round(sum(o.amount)) as revenue
              from orders o join customers c using (customer_id)
              where o.${PAID} and ${within('o.ordered_at')}
              group by c.customer_id, c.country, c.segment order by revenue desc limit 20`,
        options: { limit: 8 },
      },
      {
        title: 'Returned, by product',
        visualisation: 'bar',
        sql: `select sku, round(100.0 * count(*) filter (where status = 'returned') / count(*), 1) as returned
              from orders where ${within('ordered_at')} group by sku order by returned desc limit 10`,
        options: { x: 'sku', y: 'returned', unit: '%', decimals: 1 },
        requiredPermission: 'project.edit',
        size: { w: 8, h: 4 },
      },
      {
        title: 'How to read this',
        visualisation: 'text',
        options: {
          text: 'Cancelled and returned orders do not count as revenue.\n\n“Before” is as long a time, just before the period.',
        },
        size: { w: 4, h: 4 },
      },
    ],
  },
  {
    project: 'sales',
    title: 'Stock',
    filter: SEASON,
    cards: [
      {
        title: 'Shelves that run low',
        visualisation: 'kpi',
        sql: `select count(*) as low, (select max(counted_on) from stock where ${within('counted_on')}) as counted_on
              from stock
              where counted_on = (select max(counted_on) from stock where ${within('counted_on')})
                and on_hand < 10`,
      },
      {
        title: 'Sold, week by week',
        visualisation: 'kpi',
        sql: `select counted_on, sum(sold) as sold from stock
              where ${within('counted_on')} group by counted_on order by counted_on`,
      },
      {
        title: 'On hand, week by week',
        visualisation: 'kpi',
        sql: `select counted_on, sum(on_hand) as on_hand from stock
              where ${within('counted_on')} group by counted_on order by counted_on`,
      },
      {
        title: 'Sold by week and shop',
        visualisation: 'line',
        sql: `select counted_on as week, shop, sum(sold) as sold from stock
              where ${within('counted_on')} group by counted_on, shop order by counted_on, shop`,
        options: { x: 'week', y: 'sold' },
        size: WHOLE,
      },
      {
        title: 'On hand by shop',
        visualisation: 'bar',
        sql: `select shop, sum(on_hand) as on_hand from stock
              where counted_on = (select max(counted_on) from stock where ${within('counted_on')})
              group by shop order by shop`,
        options: { x: 'shop', y: 'on_hand' },
      },
      {
        title: 'To be ordered',
        visualisation: 'table',
        sql: `select shop, sku, on_hand from stock
              where counted_on = (select max(counted_on) from stock where ${within('counted_on')})
                and on_hand < 10
              order by on_hand, shop, sku`,
        options: { limit: 12 },
      },
    ],
  },
  {
    project: 'support',
    title: 'Support quality',
    filter: SEASON,
    cards: [
      {
        title: 'Tickets',
        visualisation: 'kpi',
        sql: `select count(*) ${now('opened_at')} as tickets, count(*) ${before('opened_at')}
              from tickets where ${twice('opened_at')}`,
      },
      {
        title: 'Still open',
        visualisation: 'kpi',
        sql: `select count(*) as open from tickets where closed_at is null and ${within('opened_at')}`,
      },
      {
        title: 'Satisfaction',
        visualisation: 'kpi',
        sql: `select date_trunc('week', opened_at)::date as week, avg(score) as score
              from tickets where ${within('opened_at')} group by week order by week`,
        options: { unit: 'of 5', decimals: 2 },
      },
      {
        title: 'First reply, median',
        visualisation: 'kpi',
        sql: `select percentile_cont(0.5) within group (order by reply_minutes) as minutes
              from tickets where ${within('opened_at')}`,
        options: { unit: 'min', decimals: 0 },
      },
      {
        title: 'Tickets by week and channel',
        visualisation: 'bar',
        sql: `select date_trunc('week', opened_at)::date as week, channel, count(*) as tickets
              from tickets where ${within('opened_at')} group by week, channel order by week, channel`,
        options: { x: 'week', y: 'tickets', stacked: true },
        size: { w: 8, h: 5 },
      },
      {
        title: 'What they are about',
        visualisation: 'pie',
        sql: `select topic, count(*) as tickets from tickets
              where ${within('opened_at')} group by topic order by tickets desc`,
        options: { x: 'topic', y: 'tickets' },
        size: { w: 4, h: 5 },
      },
      {
        title: 'Median reply by priority',
        visualisation: 'bar',
        sql: `select priority, percentile_cont(0.5) within group (order by reply_minutes) as minutes
              from tickets where ${within('opened_at')} group by priority order by minutes`,
        options: { x: 'priority', y: 'minutes', unit: 'min' },
      },
      {
        title: 'By topic and channel',
        visualisation: 'table',
        sql: `select topic, channel, count(*) as tickets, round(avg(score), 2) as score
              from tickets where ${within('opened_at')} group by topic, channel order by tickets desc`,
        options: { limit: 8 },
      },
    ],
  },
  {
    project: 'web',
    title: 'Web traffic',
    filter: SEASON,
    cards: [
      {
        title: 'Sessions',
        visualisation: 'kpi',
        sql: `select count(*) ${now('started_at')} as sessions, count(*) ${before('started_at')}
              from sessions where ${twice('started_at')}`,
      },
      {
        title: 'Ended with an order',
        visualisation: 'kpi',
        sql: `select 100.0 * count(*) filter (where ordered) / count(*) as conversion
              from sessions where ${within('started_at')}`,
        options: { unit: '%', decimals: 2 },
      },
      {
        title: 'Pages a session, week by week',
        visualisation: 'kpi',
        sql: `select date_trunc('week', started_at)::date as week, avg(pages) as pages
              from sessions where ${within('started_at')} group by week order by week`,
        options: { decimals: 1 },
      },
      {
        title: 'Sessions by week and source',
        visualisation: 'line',
        sql: `select date_trunc('week', started_at)::date as week, source, count(*) as sessions
              from sessions where ${within('started_at')} group by week, source order by week, source`,
        options: { x: 'week', y: 'sessions' },
        size: WHOLE,
      },
      {
        title: 'Orders by source',
        visualisation: 'bar',
        sql: `select source, count(*) filter (where ordered) as orders
              from sessions where ${within('started_at')} group by source order by orders desc`,
        options: { x: 'source', y: 'orders' },
      },
      {
        title: 'Devices',
        visualisation: 'table',
        sql: `select device, count(*) as sessions, round(avg(pages), 1) as pages, round(avg(seconds)) as seconds
              from sessions where ${within('started_at')} group by device order by sessions desc`,
      },
    ],
  },
  nightlyDashboard(SEASON, within),
];

const OTHER = { w: 6, h: 4 };

export async function makeDashboards(tx: Queryable, { orgId, projects }: People): Promise<void> {
  for (const { project, title, filter, cards } of DASHBOARDS) {
    const layout = JSON.stringify({ columns: COLUMNS });
    const place = [orgId, projects[project].id, title, layout];
    const values = [...place, JSON.stringify(placed(cards)), JSON.stringify(filter)];
    await row(tx, sql.insertDashboard, values);
  }
}

/** People see it in the editor: as it would be written there, not as it is indented here. */
const dedent = (sql: string): string => {
  const [first = '', ...rest] = sql.split('\n');
  const margin = Math.min(...rest.map((line) => line.search(/\S/)).filter((at) => at >= 0));
  return [first, ...rest.map((line) => line.slice(margin))].join('\n');
};

/** From left to right; a card that no longer fits, and the first after the figures, begins a new row. */
function placed(cards: readonly Card[]) {
  // Figures share one row.
  const figures = {
    w: COLUMNS / cards.filter((card) => card.visualisation === 'kpi').length,
    h: 2,
  };
  let [x, y, height] = [0, 0, 0];
  return cards.map(({ options = {}, size, requiredPermission = null, ...card }) => {
    const { w, h } = size ?? (card.visualisation === 'kpi' ? figures : OTHER);
    if (x + w > COLUMNS || (x > 0 && h !== height)) {
      x = 0;
      y += height;
    }
    height = h;
    const position = { x, y, w, h };
    x += w;
    const checked = cardOptions.parse(options);
    const sql = card.sql && dedent(card.sql);
    return { ...card, sql, options: checked, position, required_permission: requiredPermission };
  });
}
