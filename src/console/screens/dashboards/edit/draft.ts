/** A dashboard while it is edited: what the editor's fields hold, and what of it is sent. */
import type {
  DashboardCardInput,
  DashboardInput,
  Visualisation,
} from '../../../generated/graphql.ts';
import type { Dashboard } from '../dashboard.tsx';
import { toFilter, type Filter } from '../period/period.ts';
import { sorted, type Place } from './grid.ts';

export type Options = {
  readonly unit?: string;
  readonly x?: string;
  readonly y?: readonly string[];
  readonly stacked?: boolean;
  readonly decimals?: number;
  readonly limit?: number;
  readonly palette?: string;
  readonly text?: string;
};

export type Card = {
  /** Of this page, before there is a number. */
  readonly key: string;
  readonly databaseId: number | null;
  readonly title: string;
  readonly visualisation: Visualisation;
  readonly sql: string;
  readonly options: Options;
  readonly place: Place;
  readonly requiredPermission: string | null;
};

export type Draft = {
  readonly title: string;
  readonly filter: Filter | null;
  readonly cards: readonly Card[];
};

export function toDraft({ title, defaultTimeFilter, cards }: Dashboard): Draft {
  return {
    title,
    filter: toFilter(defaultTimeFilter),
    cards: sorted(
      cards.map((card) => ({
        key: String(card.databaseId),
        databaseId: card.databaseId,
        title: card.title,
        visualisation: card.visualisation,
        sql: card.sql ?? '',
        options: toOptions(card.options),
        place: { ...placeOf(card.position) },
        requiredPermission: card.requiredPermission ?? null,
      })),
    ),
  };
}

const placeOf = ({ x, y, w, h }: Place): Place => ({ x, y, w, h });

function toOptions(stored: unknown): Options {
  const { y, ...rest } = (stored ?? {}) as Options & { y?: string | string[] };
  return y === undefined ? rest : { ...rest, y: typeof y === 'string' ? [y] : y };
}

/** Which options count for a visualisation; the others are not kept. */
export const OPTIONS: Readonly<Record<Visualisation, readonly (keyof Options)[]>> = {
  TABLE: ['unit', 'decimals', 'limit'],
  KPI: ['unit', 'decimals', 'x', 'y'],
  BAR: ['x', 'y', 'stacked', 'unit', 'decimals', 'limit', 'palette'],
  LINE: ['x', 'y', 'unit', 'decimals', 'limit', 'palette'],
  AREA: ['x', 'y', 'stacked', 'unit', 'decimals', 'limit', 'palette'],
  PIE: ['x', 'y', 'unit', 'decimals', 'limit', 'palette'],
  TEXT: ['text'],
};

export function toInput({ title, filter, cards }: Draft): DashboardInput {
  return { title, defaultTimeFilter: filter, cards: cards.map(cardInput) };
}

export function cardInput(card: Card): DashboardCardInput {
  return {
    ...(card.databaseId !== null && { databaseId: card.databaseId }),
    title: card.title,
    visualisation: card.visualisation,
    sql: card.visualisation === 'TEXT' ? null : card.sql,
    options: card.options,
    position: card.place,
    requiredPermission: card.requiredPermission,
  };
}

/** Tells states apart; the order of cards is none of a dashboard. */
export const textOf = (draft: Draft): string => JSON.stringify(toInput(draft));

const FRESH: Place = { x: 0, y: 0, w: 6, h: 4 };

export function newCard(visualisation: Visualisation): Card {
  const isText = visualisation === 'TEXT';
  return {
    key: crypto.randomUUID(),
    databaseId: null,
    title: isText ? 'Words' : 'New card',
    visualisation,
    sql: isText ? '' : 'select 1 as value',
    options: isText ? { text: 'What this is about.' } : {},
    place: visualisation === 'KPI' ? { ...FRESH, w: 3, h: 2 } : isText ? { ...FRESH, h: 2 } : FRESH,
    requiredPermission: null,
  };
}
