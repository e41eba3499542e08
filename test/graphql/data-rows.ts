/** A dataset, a recipe and an agent, past all checks. */
import type { Queryable } from '#platform/db.ts';

/** Each with slugs of its own. @param word stands in every text. @returns their numbers, and their connectors'. */
export async function insertData(
  db: Queryable,
  { orgId, projectId, word = 'secret' }: { orgId: number; projectId: number; word?: string },
): Promise<{ dataset: number; recipe: number; agent: number }> {
  const made = async (text: string, values: unknown[]): Promise<number> =>
    (await db.query(`${text} returning id`, values)).rows[0].id;
  const unique = () => `${word}-${crypto.randomUUID()}`;
  const connector = (type: string) =>
    made(
      `insert into connector (org_id, project_id, slug, name, type, config) values ($1, $2, $3, $4, $5, $6)`,
      [orgId, projectId, unique(), word, type, { folder: '/nowhere' }],
    );
  const slug = unique();
  const dataset = await made(
    `insert into dataset (org_id, project_id, connector_id, slug, name, source, table_name)
     values ($1, $2, $3, $4, $5, '{"path": "orders.csv"}', $6)`,
    [orgId, projectId, await connector('csv'), slug, word, slug.replaceAll('-', '_')],
  );
  const recipe = await made(
    `insert into recipe (org_id, project_id, slug, name, kind, sql) values ($1, $2, $3, $4, 'sql', $5)`,
    [orgId, projectId, unique(), word, `select '${word}' as word`],
  );
  const agent = await made(
    `insert into agent (org_id, project_id, slug, name, connector_id, model, instructions)
     values ($1, $2, $3, $4, $5, $6, $6)`,
    [orgId, projectId, unique(), word, await connector('llm'), word],
  );
  return { dataset, recipe, agent };
}
