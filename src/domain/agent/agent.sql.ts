/** Statements about agents. */
import { statement } from '#platform/db.ts';

export type AgentRow = {
  id: number;
  orgId: number;
  projectId: number;
  slug: string;
  name: string;
  connectorId: number;
  model: string;
  instructions: string;
  outputSchema: unknown;
};

const COLUMNS = `id, org_id as "orgId", project_id as "projectId", slug, name, connector_id as "connectorId", model,
  instructions, output_schema as "outputSchema"`;

/** $1 organisation, $2 project, $3 ids, $4 slugs. */
export const findAgents = statement<AgentRow>(
  'find-agents',
  `select ${COLUMNS} from agent
   where org_id = $1 and project_id = $2 and (id = any($3::int[]) or slug = any($4::text[]))`,
);

/** $1 organisation, $2 project. */
export const listAgents = statement<AgentRow>(
  'list-agents',
  `select ${COLUMNS} from agent where org_id = $1 and project_id = $2 order by slug`,
);

/** $1 organisation, $2 id. */
export const lockAgent = statement<AgentRow>(
  'lock-agent',
  `select ${COLUMNS} from agent where org_id = $1 and id = $2 for update`,
);

/** $1 organisation, $2 project, $3 slug, $4 name, $5 connector, $6 model, $7 instructions, $8 form of an answer. */
export const insertAgent = statement<AgentRow>(
  'insert-agent',
  `insert into agent (org_id, project_id, slug, name, connector_id, model, instructions, output_schema)
   values ($1, $2, $3, $4, $5, $6, $7, $8::json) returning ${COLUMNS}`,
);

/** $1 id, $2 slug, $3 name, $4 connector, $5 model, $6 instructions, $7 form of an answer. */
export const updateAgent = statement<AgentRow>(
  'update-agent',
  `update agent set slug = $2, name = $3, connector_id = $4, model = $5, instructions = $6, output_schema = $7::json,
     updated_at = clock_timestamp()
   where id = $1 returning ${COLUMNS}`,
);

/** $1 id. */
export const deleteAgent = statement<never>('delete-agent', 'delete from agent where id = $1');

/** Scenarios of its project whose steps name it, by slug or id. $1 project, $2 slug, $3 id. */
export const scenariosWithAgent = statement<{ id: number; slug: string }>(
  'scenarios-with-agent',
  `select s.id, s.slug from scenario s
   where s.project_id = $1 and s.deleted_at is null and s.step_kinds @> '{run_agent}'
     and exists (select from jsonb_array_elements(s.steps) step
                 where step->>'kind' = 'run_agent' and step->>'agent' in ($2, $3::text))
   order by s.slug`,
);
