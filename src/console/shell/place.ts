/** The project one is in. Its slug stands in the address; the last one is remembered for the next visit. */
import { createContext, use } from 'react';
import type { ShellProjectPartsFragment } from '../generated/graphql.ts';

export type Project = ShellProjectPartsFragment;
export type Place = {
  readonly project: Project;
  /** The newest 100. */
  readonly projects: readonly Project[];
};

export const PlaceContext = createContext<Place | null>(null);

/** @throws Error outside of a project's screens. */
export function usePlace(): Place {
  const place = use(PlaceContext);
  if (!place) throw new Error('usePlace is for screens within a project');
  return place;
}

const LAST = 'hf-project';

export const rememberProject = (slug: string): void => localStorage.setItem(LAST, slug);
export const lastProject = (): string | null => localStorage.getItem(LAST);

/** Addresses within the console. */
export const paths = {
  operations: (project: string) => `/p/${project}/operations`,
  scenarios: (project: string) => `/p/${project}/scenarios`,
  newScenario: (project: string) => `/p/${project}/new-scenario`,
  /** @param part a tab: runs, ticks, configuration, versions. */
  scenario: (project: string, id: number, part?: string) =>
    `/p/${project}/scenarios/${id}${part ? `/${part}` : ''}`,
  templates: (project: string) => `/p/${project}/templates`,
  newTemplate: (project: string) => `/p/${project}/new-template`,
  /** @param part a tab: edit. */
  template: (project: string, slug: string, part?: string) =>
    `/p/${project}/templates/${slug}${part ? `/${part}` : ''}`,
  deliveries: (project: string) => `/p/${project}/deliveries`,
  delivery: (project: string, id: number) => `/p/${project}/deliveries/${id}`,
  run: (project: string, id: number) => `/p/${project}/runs/${id}`,
  dashboards: (project: string) => `/p/${project}/dashboards`,
  /** @param part a tab: edit, history. */
  dashboard: (project: string, id: number, part?: string) =>
    `/p/${project}/dashboards/${id}${part ? `/${part}` : ''}`,
  /** @param part a tab: datasets, recipes, agents, connectors. @param id of one of them. */
  data: (project: string, part?: string, id?: number) =>
    `/p/${project}/data${part ? `/${part}` : ''}${id === undefined ? '' : `/${id}`}`,
  /** @param part a tab: project, connectors, members, tokens, organisation, audit, you. */
  settings: (project: string, part?: string) => `/p/${project}/settings${part ? `/${part}` : ''}`,
} as const;
