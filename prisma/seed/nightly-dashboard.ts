/** The dashboard of the demo's nightly chain: what each of its steps has made, side by side. */
import type { Dashboard } from './dashboards.ts';

/** @param filter the period by default. @param within a condition on a column of time. */
export const nightlyDashboard = (
  filter: Dashboard['filter'],
  within: (column: string) => string,
): Dashboard => ({
  project: 'demo',
  title: 'Voice of the customer',
  filter,
  cards: [
    {
      title: 'Stars, week by week',
      visualisation: 'kpi',
      sql: `select date_trunc('week', written_on)::date as week, avg(stars) as stars
            from reviews where ${within('written_on')} group by week order by week`,
      options: { unit: 'of 5', decimals: 1 },
    },
    {
      title: 'Reviews read by the agent',
      visualisation: 'kpi',
      sql: `select count(*) as reviews from review_moods join reviews using (review_id)
            where ${within('written_on')}`,
    },
    {
      title: 'Pleased, week by week',
      visualisation: 'kpi',
      sql: `select date_trunc('week', written_on)::date as week,
                   100.0 * count(*) filter (where mood = 'positive') / count(*) as pleased
            from review_moods join reviews using (review_id)
            where ${within('written_on')} group by week order by week`,
      options: { unit: '%', decimals: 0 },
    },
    {
      title: 'To be answered',
      visualisation: 'kpi',
      sql: `select count(*) as reviews from review_moods join reviews using (review_id)
            where write_back and ${within('written_on')}`,
    },
    {
      title: 'Moods by week (agent)',
      visualisation: 'bar',
      sql: `select date_trunc('week', written_on)::date as week, mood, count(*) as reviews
            from review_moods join reviews using (review_id)
            where ${within('written_on')} group by week, mood order by week, mood`,
      options: { x: 'week', y: 'reviews', stacked: true },
      size: { w: 8, h: 5 },
    },
    {
      title: 'Moods',
      visualisation: 'pie',
      sql: `select mood, count(*) as reviews from review_moods join reviews using (review_id)
            where ${within('written_on')} group by mood order by mood`,
      options: { x: 'mood', y: 'reviews' },
      size: { w: 4, h: 5 },
    },
    {
      title: 'Where this comes from',
      visualisation: 'text',
      options: {
        text: 'The scenario Nightly makes these figures at two in the morning; until its first run there are none. At once: npm run cli -- run demo/nightly --follow\n\nThe agent’s model is a stand-in of this machine, which goes by the words that it finds.',
      },
      size: { w: 12, h: 2 },
    },
    {
      title: 'Revenue at stake (Python)',
      visualisation: 'bar',
      sql: 'select sku, at_stake from product_scores order by at_stake desc limit 8',
      options: { x: 'sku', y: 'at_stake', unit: 'USD', decimals: 0 },
    },
    {
      title: 'Revenue by week and segment (dbt)',
      visualisation: 'area',
      sql: `select week, segment, revenue from weekly_revenue
            where ${within('week')} order by week, segment`,
      options: { x: 'week', y: 'revenue', unit: 'USD', stacked: true, decimals: 0 },
    },
    {
      title: 'Products',
      visualisation: 'table',
      sql: `select h.sku, h.category, h.stars, s.pleased, h.returned
            from product_health h join product_scores s using (sku) order by s.pleased, h.sku`,
      options: { limit: 8 },
    },
    {
      title: 'To be answered first',
      visualisation: 'table',
      sql: `select written_on::text as written_on, sku, body from review_moods join reviews using (review_id)
            where write_back and ${within('written_on')} order by confidence, written_on desc limit 20`,
      options: { limit: 5 },
    },
  ],
});
