/** A dashboard as somebody sees it: the cards that they may see, with their data. One card that fails says why and
 *  takes nothing from the others. */
import type { Pool } from '#platform/db.ts';
import type { Principal } from '../access/principal.ts';
import type { Cell, Column, Warehouse } from '../warehouse/warehouse.ts';
import { WarehouseError } from '../warehouse/warehouse-error.ts';
import { readOptions, readPosition, VISUALISATIONS } from './card.ts';
import type { CardOptions, CardPosition, Visualisation } from './card.ts';
import { getDashboard, maySeeCard, type Dashboard, type StoredCard } from './dashboard.ts';
import { readTimeFilter, resolvePeriod, type Period, type TimeFilter } from './time-filter.ts';

export type { Cell, Column };

export type CardView = {
  readonly id: number;
  readonly title: string;
  readonly visualisation: Visualisation;
  readonly position: CardPosition;
  readonly options: CardOptions;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether there were more rows than the cap of 10,000. */
  readonly truncated: boolean;
  /** Of a text card. */
  readonly text: string | null;
  /** Why there is no data, in the database's words. */
  readonly error: string | null;
};

export type DashboardView = {
  readonly id: number;
  readonly title: string;
  readonly project: { readonly id: number; readonly slug: string; readonly name: string };
  /** null: all time. */
  readonly period: Period | null;
  /** From the top, then from the left. */
  readonly cards: readonly CardView[];
  /** How many cards the viewer may not see. */
  readonly leftOut: number;
  readonly at: Date;
};

export type ViewDeps = { readonly pool: Pool; readonly warehouse: Warehouse };

export type ViewOptions = {
  /** The dashboard's own when left out. */
  readonly filter?: TimeFilter;
  /** IANA zone, in which days begin. */
  readonly zone: string;
  readonly now: Date;
  readonly signal: AbortSignal;
};

/** @throws DomainError NOT_FOUND; the signal's reason once it is aborted, and then nothing is left running. */
export async function viewDashboard(
  deps: ViewDeps,
  viewer: Principal,
  dashboardId: number,
  options: ViewOptions,
): Promise<DashboardView> {
  return view(deps, viewer, await getDashboard(deps.pool, viewer, dashboardId), options);
}

/** The same cards as a revision has them, with the data of now. @throws as `viewDashboard`. */
export async function viewRevision(
  deps: ViewDeps,
  viewer: Principal,
  dashboardId: number,
  revision: number,
  options: ViewOptions,
): Promise<DashboardView> {
  const found = await getDashboard(deps.pool, viewer, dashboardId, 'project.view', revision);
  return view(deps, viewer, found, options);
}

/** The same of a dashboard in hand, such as one that is not saved. */
export async function view(
  { warehouse }: Pick<ViewDeps, 'warehouse'>,
  viewer: Principal,
  { id, projectId, projectSlug, projectName, warehouseSchema, content }: Dashboard,
  { filter, zone, now, signal }: ViewOptions,
): Promise<DashboardView> {
  const wanted = filter ?? readTimeFilter(content.default_time_filter);
  const period = wanted === null ? null : resolvePeriod(wanted, zone, now);
  const asked = { zone, ...(period && { from: period.from, to: period.to }) };
  const seen = content.cards.filter((card) => maySeeCard(viewer, projectId, card));
  const drawn = await Promise.allSettled(
    seen.map(async (card) => {
      const base = toView(card);
      if (base.visualisation === 'text') return base;
      try {
        return {
          ...base,
          ...(await warehouse.query(warehouseSchema, card.sql ?? '', asked, { signal })),
        };
      } catch (error) {
        if (error instanceof WarehouseError) return { ...base, error: error.message };
        throw error;
      }
    }),
  );
  const failed = drawn.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return {
    id,
    title: content.title,
    project: { id: projectId, slug: projectSlug, name: projectName },
    period,
    cards: drawn
      .flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      .toSorted((a, b) => a.position.y - b.position.y || a.position.x - b.position.x),
    leftOut: content.cards.length - seen.length,
    at: now,
  };
}

function toView(card: StoredCard): CardView {
  const options = readOptions(card.options);
  const visualisation = VISUALISATIONS.find((known) => known === card.visualisation) ?? 'table';
  return {
    id: card.id,
    title: card.title,
    visualisation,
    position: readPosition(card.position),
    options,
    columns: [],
    rows: [],
    truncated: false,
    text: visualisation === 'text' ? (options.text ?? '') : null,
    error: null,
  };
}
