/** What reports are made of: a warehouse with some rows, dashboards on them, a mail server. */
import type { Pool } from '#platform/db.ts';

export type CardGiven = {
  title?: string;
  visualisation?: string;
  sql?: string | null;
  options?: object;
  permission?: string;
};

export const BAR: CardGiven = {
  title: 'Revenue by shop',
  visualisation: 'bar',
  sql: 'select shop, amount from sales order by shop',
};
export const TABLE: CardGiven = {
  title: 'Orders',
  visualisation: 'table',
  sql: 'select shop, day, amount from sales order by day, shop',
};
export const BROKEN: CardGiven = {
  title: 'Returns',
  visualisation: 'table',
  sql: 'select * from returns',
};
export const EMPTY: CardGiven = {
  title: 'Complaints',
  visualisation: 'table',
  sql: 'select shop from sales where amount < 0',
};

/** A table `sales` in the project's warehouse. */
export async function fillWarehouse(db: Pool, projectId: number): Promise<void> {
  const { rows } = await db.query('select warehouse_schema as s from project where id = $1', [
    projectId,
  ]);
  await db.query(
    `create table "${rows[0].s}".sales as
     select * from (values ('Berlin', date '2026-11-18', 120.5), ('Jakarta', date '2026-11-19', 80),
                           ('Osaka', date '2026-11-20', 42)) v (shop, day, amount)`,
  );
}

/** @returns its id. */
export async function createDashboard(
  db: Pool,
  place: { readonly orgId: number; readonly projectId: number },
  cards: readonly CardGiven[] = [BAR, TABLE],
  title = 'Sales overview',
): Promise<number> {
  const { rows } = await db.query(
    `insert into dashboard (org_id, project_id, title) values ($1, $2, $3) returning id`,
    [place.orgId, place.projectId, title],
  );
  const [{ id }] = rows;
  for (const [i, card] of cards.entries()) {
    await db.query(
      `insert into dashboard_card (dashboard_id, title, visualisation, sql, options, position, required_permission)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        id,
        card.title ?? `Card ${i}`,
        card.visualisation ?? 'table',
        card.sql ?? null,
        card.options ?? {},
        { x: 0, y: i * 4, w: 12, h: 4 },
        card.permission ?? null,
      ],
    );
  }
  return id;
}
