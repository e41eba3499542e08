/** A card as it would look, before it is saved: what its editor asks while it is written. */
import type { Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import { parseDashboard } from './dashboard-input.ts';
import { view, type DashboardView, type ViewDeps, type ViewOptions } from './view.ts';

/** @param given a card as in a dashboard's input, without an id.
 *  @throws DomainError NOT_FOUND, FORBIDDEN without project.edit, VALIDATION with paths below the card. */
export async function previewCard(
  deps: ViewDeps,
  who: Principal,
  projectId: number,
  given: unknown,
  { zone, ...options }: Omit<ViewOptions, 'zone'> & { readonly zone: string | null },
): Promise<DashboardView> {
  const project = await getProject(deps.pool, who, projectId, 'project.edit');
  const input = { title: 'Preview', cards: [given] };
  const { cards, defaultTimeFilter } = parseDashboard(who, projectId, input, []);
  const dashboard = {
    ...{ id: 0, orgId: project.orgId, projectId, zone: project.zone },
    projectSlug: project.slug,
    projectName: project.name,
    warehouseSchema: project.warehouseSchema,
    content: {
      title: input.title,
      layout: {},
      default_time_filter: defaultTimeFilter as null,
      version: 0,
      cards: cards.map((card) => ({ ...card, id: 0 })),
    },
  };
  return view(deps, who, dashboard, { ...options, zone: zone ?? project.zone });
}
