/** Statements about connectors. */
import { statement } from '#platform/db.ts';

export type ConnectorRow = {
  id: number;
  orgId: number;
  /** null: the whole organisation's. */
  projectId: number | null;
  slug: string;
  name: string;
  type: string;
  config: unknown;
  /** Sealed; see `connector.ts`. */
  secrets: Buffer | null;
};

const COLUMNS = `id, org_id as "orgId", project_id as "projectId", slug, name, type, config, secrets`;

/** $1 organisation, $2 id. */
export const findConnector = statement<ConnectorRow>(
  'find-connector',
  `select ${COLUMNS} from connector where org_id = $1 and id = $2`,
);

/** $1 organisation, $2 project: the project's own and those of the whole organisation. */
export const listConnectors = statement<ConnectorRow>(
  'list-connectors',
  `select ${COLUMNS} from connector
   where org_id = $1 and (project_id = $2 or project_id is null) order by slug, id`,
);

/** $1 organisation, $2 project or null, $3 slug, $4 name, $5 type, $6 config. */
export const insertConnector = statement<ConnectorRow>(
  'insert-connector',
  `insert into connector (org_id, project_id, slug, name, type, config)
   values ($1, $2, $3, $4, $5, $6::jsonb) returning ${COLUMNS}`,
);

/** $1 organisation, $2 id, $3 name, $4 config, $5 secrets. */
export const updateConnector = statement<ConnectorRow>(
  'update-connector',
  `update connector set name = $3, config = $4::jsonb, secrets = $5, updated_at = clock_timestamp()
   where org_id = $1 and id = $2 returning ${COLUMNS}`,
);
