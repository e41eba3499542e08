/** What templates' values may refer to, by slug and id. */
import { statement } from '#platform/db.ts';

type Named = { readonly id: number; readonly slug: string | null };

/** $1 project. */
export const NAMED = {
  recipe: statement<Named>('named-recipes', `select id, slug from recipe where project_id = $1`),
  dataset: statement<Named>('named-datasets', `select id, slug from dataset where project_id = $1`),
  agent: statement<Named>('named-agents', `select id, slug from agent where project_id = $1`),
  dashboard: statement<Named>(
    'named-dashboards',
    `select id, null as slug from dashboard where project_id = $1`,
  ),
} as const;
