/** Statements about connectors as wholes: none of them reads what is sealed. */
import { statement } from '#platform/db.ts';
import type { ConnectorRow } from './connector.sql.ts';

type VisibleRow = Omit<ConnectorRow, 'secrets'> & { readonly hasSecrets: boolean };

const COLUMNS = `id, org_id as "orgId", project_id as "projectId", slug, name, type, config,
  secrets is not null as "hasSecrets"`;

/** $1 organisation. */
export const listOrgConnectors = statement<VisibleRow>(
  'list-org-connectors',
  `select ${COLUMNS} from connector where org_id = $1 and project_id is null order by slug`,
);

/** $1 organisation, $2 connector. */
export const lockConnector = statement<VisibleRow>(
  'lock-connector',
  `select ${COLUMNS} from connector where org_id = $1 and id = $2 for update`,
);

export type UserRow = { readonly id: number; readonly slug: string; readonly project: string };

/** $1 connector. */
export const datasetsThrough = statement<UserRow>(
  'datasets-through-connector',
  `select d.id, d.slug, p.slug as project from dataset d join project p on p.id = d.project_id
    where d.connector_id = $1 order by p.slug, d.slug`,
);
export const agentsThrough = statement<UserRow>(
  'agents-through-connector',
  `select a.id, a.slug, p.slug as project from agent a join project p on p.id = a.project_id
    where a.connector_id = $1 order by p.slug, a.slug`,
);

/** $1 connector. */
export const deleteConnector = statement<never>(
  'delete-connector',
  `delete from connector where id = $1`,
);
