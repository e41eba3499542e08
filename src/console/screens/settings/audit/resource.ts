/** What a change was made to: its name as the change tells it, and where it is to be seen. */
import type { AuditLogQuery } from '../../../generated/graphql.ts';
import { paths, type Place } from '../../../shell/place.ts';
import { connectorPaths } from '../connectors/connector.ts';

export type Entry = AuditLogQuery['auditLog']['nodes'][number];

type Told = Readonly<Record<string, unknown>>;
const toldOf = (value: unknown): Told =>
  typeof value === 'object' && value !== null ? (value as Told) : {};

/** Null where the change tells none. */
export function nameOf({ before, after }: Pick<Entry, 'before' | 'after'>): string | null {
  const told = { ...toldOf(before), ...toldOf(after) };
  for (const key of ['name', 'display_name', 'title', 'slug', 'email']) {
    const value = told[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

const GONE = /\.(delete|remove)$/;

/** Null: it is gone, or there is no screen for it. */
export function hrefOf(entry: Entry, { project: here, projects }: Place): string | null {
  const { action, resourceType, resourceId } = entry;
  if (GONE.test(action)) return null;
  const told = { ...toldOf(entry.before), ...toldOf(entry.after) };
  const number = Number(resourceId);
  const projectId = resourceType === 'project' ? number : (told['projectId'] ?? told['project_id']);
  const project =
    projectId == null ? here : projects.find(({ databaseId }) => databaseId === projectId);
  if (!project) return null;
  const { slug } = project;
  switch (resourceType) {
    case 'scenario':
      return paths.scenario(slug, number);
    case 'run':
      return paths.run(slug, number);
    case 'delivery':
      return paths.delivery(slug, number);
    case 'dashboard':
      return paths.dashboard(slug, number);
    case 'dataset':
    case 'recipe':
    case 'agent':
      return paths.data(slug, `${resourceType}s`, number);
    case 'connector':
      return connectorPaths.one(slug, number);
    case 'calendar':
    case 'project':
      return paths.settings(slug, 'project');
    case 'org':
    case 'tile_link':
      return paths.settings(slug, 'organisation');
    case 'member':
    case 'group':
      return paths.settings(slug, 'members');
    case 'token':
      return paths.settings(slug, 'tokens');
    default:
      return null;
  }
}
