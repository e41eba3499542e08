/** What the templates' screen shows, as the address says it: `?view=matrix&text=nightly&projects=north&state=broken`. */
import type { CellState } from '../../generated/graphql.ts';
import { paths } from '../../shell/place.ts';

export type Filters = {
  readonly view: 'list' | 'matrix';
  /** Part of a template's name or slug; empty: all. */
  readonly text: string;
  /** Part of a project's name or slug; empty: all. */
  readonly projects: string;
  /** Only templates and projects that have such a cell. */
  readonly state: CellState | null;
  /** Where there is room for one template only: its slug. */
  readonly template: string | null;
};

const STATES: readonly CellState[] = ['ON', 'OFF', 'NEEDS_VALUES', 'BROKEN'];

/** What the address cannot mean counts as not said. */
export function readFilters(search: URLSearchParams): Filters {
  const state = search.get('state')?.toUpperCase().replaceAll('-', '_');
  return {
    view: search.get('view') === 'matrix' ? 'matrix' : 'list',
    text: search.get('text')?.trim() ?? '',
    projects: search.get('projects')?.trim() ?? '',
    state: STATES.find((each) => each === state) ?? null,
    template: search.get('template') || null,
  };
}

export function hrefOf(
  project: string,
  { view, text, projects, state, template }: Filters,
): string {
  const search = new URLSearchParams();
  if (view !== 'list') search.set('view', view);
  if (text) search.set('text', text);
  if (view === 'matrix') {
    if (projects) search.set('projects', projects);
    if (state) search.set('state', state.toLowerCase().replaceAll('_', '-'));
    if (template) search.set('template', template);
  }
  const query = search.toString();
  return paths.templates(project) + (query && `?${query}`);
}
