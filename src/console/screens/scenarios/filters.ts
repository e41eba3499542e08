/** What the list shows and in which order, as the address says it: `?text=orders&state=paused&order=name`. */
import type { ScenarioFilter, ScenarioOrder, ScenarioState } from '../../generated/graphql.ts';
import { paths } from '../../shell/place.ts';

export type Filters = {
  /** Part of a name, slug or description; empty: all. */
  readonly text: string;
  readonly state: ScenarioState | null;
  /** With a step of this kind. */
  readonly kind: string | null;
  readonly order: ScenarioOrder;
};

export const ORDERS = { NAME: 'Name', NEXT_DUE: 'Next due', NEWEST: 'Newest' } as const;
const STATES: readonly ScenarioState[] = ['ACTIVE', 'PAUSED', 'DISABLED', 'BROKEN'];
const USUAL: ScenarioOrder = 'NEXT_DUE';

/** What the address cannot mean counts as not said. */
export function readFilters(search: URLSearchParams): Filters {
  const state = search.get('state')?.toUpperCase();
  const order = search.get('order')?.toUpperCase();
  return {
    text: search.get('text')?.trim() ?? '',
    state: STATES.find((each) => each === state) ?? null,
    kind: search.get('kind') || null,
    order: isOrder(order) ? order : USUAL,
  };
}

const isOrder = (order = ''): order is ScenarioOrder => order in ORDERS;

export function searchOf({ text, state, kind, order }: Filters): URLSearchParams {
  const search = new URLSearchParams();
  if (text) search.set('text', text);
  if (state) search.set('state', state.toLowerCase());
  if (kind) search.set('kind', kind);
  if (order !== USUAL) search.set('order', order.toLowerCase());
  return search;
}

export function hrefOf(project: string, filters: Filters): string {
  const search = searchOf(filters).toString();
  return paths.scenarios(project) + (search && `?${search}`);
}

/** The same as the server is asked for. */
export function toServer(projectId: string, { text, state, kind }: Filters): ScenarioFilter {
  return {
    projectId,
    ...(text && { text }),
    ...(state && { state: [state] }),
    ...(kind && { stepKind: kind }),
  };
}
