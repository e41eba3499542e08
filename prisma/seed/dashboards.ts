/** The demo's dashboards. Their cards read the project's warehouse, in which its datasets are tables. */
import { type Queryable, row } from '#platform/db.ts';
import type { People, ProjectSlug } from './people.ts';
import * as sql from './seed.sql.ts';

type Card = {
  readonly title: string;
  readonly visualisation: 'kpi' | 'bar' | 'line' | 'table';
  readonly sql: string;
  readonly options?: Readonly<Record<string, string>>;
};

type Dashboard = {
  readonly project: ProjectSlug;
  readonly title: string;
  readonly cards: readonly Card[];
};

export const DASHBOARDS: readonly Dashboard[] = [
  {
    project: 'sales',
    title: 'Sales overview',
    cards: [
      {
        title: 'Revenue',
        visualisation: 'kpi',
        sql: `select sum(amount) as revenue from orders where status in ('delivered', 'open')`,
        options: { unit: 'USD' },
      },
      {
        title: 'Orders',
        visualisation: 'kpi',
        sql: `select count(*) as orders from orders where status <> 'cancelled'`,
      },
      {
        title: 'Returned',
        visualisation: 'kpi',
        sql: `select round(100.0 * count(*) filter (where status = 'returned') / count(*), 1) as returned
              from orders`,
        options: { unit: '%' },
      },
      {
        title: 'Revenue by month',
        visualisation: 'line',
        sql: `select date_trunc('month', ordered_at)::date as month, sum(amount) as revenue
              from orders where status in ('delivered', 'open') group by month order by month`,
        options: { x: 'month', y: 'revenue', unit: 'USD' },
      },
      {
        title: 'Revenue by category',
        visualisation: 'bar',
        sql: `select p.category, sum(o.amount) as revenue
              from orders o join products p using (sku)
              where o.status in ('delivered', 'open') group by p.category order by revenue desc`,
        options: { x: 'category', y: 'revenue', unit: 'USD' },
      },
      {
        title: 'Best customers',
        visualisation: 'table',
        sql: `select c.customer_id, c.country, c.segment, count(*) as orders, sum(o.amount) as revenue
              from orders o join customers c using (customer_id)
              where o.status in ('delivered', 'open')
              group by c.customer_id, c.country, c.segment order by revenue desc limit 20`,
      },
    ],
  },
  {
    project: 'sales',
    title: 'Stock',
    cards: [
      {
        title: 'Shelves that run low',
        visualisation: 'kpi',
        sql: `select count(*) as low from stock
              where counted_on = (select max(counted_on) from stock) and on_hand < 10`,
      },
      {
        title: 'Sold by week',
        visualisation: 'line',
        sql: 'select counted_on, sum(sold) as sold from stock group by counted_on order by counted_on',
        options: { x: 'counted_on', y: 'sold' },
      },
      {
        title: 'On hand by shop',
        visualisation: 'bar',
        sql: `select shop, sum(on_hand) as on_hand from stock
              where counted_on = (select max(counted_on) from stock) group by shop order by shop`,
        options: { x: 'shop', y: 'on_hand' },
      },
      {
        title: 'To be ordered',
        visualisation: 'table',
        sql: `select shop, sku, on_hand from stock
              where counted_on = (select max(counted_on) from stock) and on_hand < 10
              order by on_hand, shop, sku`,
      },
    ],
  },
  {
    project: 'support',
    title: 'Support quality',
    cards: [
      {
        title: 'Open tickets',
        visualisation: 'kpi',
        sql: 'select count(*) as open from tickets where closed_at is null',
      },
      {
        title: 'Satisfaction',
        visualisation: 'kpi',
        sql: 'select round(avg(score), 2) as score from tickets',
        options: { unit: 'of 5' },
      },
      {
        title: 'Tickets by week',
        visualisation: 'line',
        sql: `select date_trunc('week', opened_at)::date as week, count(*) as tickets
              from tickets group by week order by week`,
        options: { x: 'week', y: 'tickets' },
      },
      {
        title: 'Median reply by priority',
        visualisation: 'bar',
        sql: `select priority, percentile_cont(0.5) within group (order by reply_minutes) as minutes
              from tickets group by priority order by minutes`,
        options: { x: 'priority', y: 'minutes', unit: 'min' },
      },
      {
        title: 'By topic and channel',
        visualisation: 'table',
        sql: `select topic, channel, count(*) as tickets, round(avg(score), 2) as score
              from tickets group by topic, channel order by tickets desc`,
      },
    ],
  },
  {
    project: 'web',
    title: 'Web traffic',
    cards: [
      {
        title: 'Sessions',
        visualisation: 'kpi',
        sql: 'select count(*) as sessions from sessions',
      },
      {
        title: 'Ended with an order',
        visualisation: 'kpi',
        sql: `select round(100.0 * count(*) filter (where ordered) / count(*), 2) as conversion
              from sessions`,
        options: { unit: '%' },
      },
      {
        title: 'Sessions by week',
        visualisation: 'line',
        sql: `select date_trunc('week', started_at)::date as week, count(*) as sessions
              from sessions group by week order by week`,
        options: { x: 'week', y: 'sessions' },
      },
      {
        title: 'Orders by source',
        visualisation: 'bar',
        sql: `select source, count(*) filter (where ordered) as orders
              from sessions group by source order by orders desc`,
        options: { x: 'source', y: 'orders' },
      },
      {
        title: 'Devices',
        visualisation: 'table',
        sql: `select device, count(*) as sessions, round(avg(pages), 1) as pages, round(avg(seconds)) as seconds
              from sessions group by device order by sessions desc`,
      },
    ],
  },
];

const COLUMNS = 12;
// Figures stand in a row of three; everything else takes half the width.
const SIZES = { kpi: { w: 4, h: 2 }, other: { w: 6, h: 4 } };

export async function makeDashboards(tx: Queryable, { orgId, projects }: People): Promise<void> {
  for (const { project, title, cards } of DASHBOARDS) {
    const layout = JSON.stringify({ columns: COLUMNS });
    const values = [orgId, projects[project].id, title, layout, JSON.stringify(placed(cards))];
    await row(tx, sql.insertDashboard, values);
  }
}

/** From left to right; a card that no longer fits, and the first after the figures, begins a new row. */
function placed(cards: readonly Card[]) {
  let [x, y, height] = [0, 0, 0];
  return cards.map(({ options = {}, ...card }) => {
    const { w, h } = card.visualisation === 'kpi' ? SIZES.kpi : SIZES.other;
    if (x + w > COLUMNS || (x > 0 && h !== height)) {
      x = 0;
      y += height;
    }
    height = h;
    const position = { x, y, w, h };
    x += w;
    return { ...card, options, position };
  });
}
