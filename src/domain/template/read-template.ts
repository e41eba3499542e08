/** A template as written, judged with what only the database can tell: whether its slug is free. */
import { row, type Queryable } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import type { Principal } from '../access/principal.ts';
import type { ScenarioDeps } from '../scenario/scenario.ts';
import { configurationOf, readTemplate } from './template-input.ts';
import * as sql from './template.sql.ts';
import type { Template } from './templates.ts';

export async function readNew(
  db: Queryable,
  { kinds }: ScenarioDeps,
  who: Principal,
  wire: unknown,
) {
  const { config, problems } = readTemplate(wire, kinds);
  return {
    config,
    problems: [...problems, ...(await slugProblems(db, who.orgId, config.slug, 0))],
  };
}

/** The whole that an edit makes of a template. */
export async function readChange(
  db: Queryable,
  { kinds }: ScenarioDeps,
  before: Template,
  wire: unknown,
  whole: boolean,
) {
  const base = configurationOf(before);
  const { config, problems } = readTemplate(
    wire,
    kinds,
    whole ? { slug: before.slug } : { before: base },
  );
  const inDatabase = await slugProblems(db, before.orgId, config.slug, before.id);
  return { config, problems: [...problems, ...inDatabase] };
}

async function slugProblems(
  db: Queryable,
  orgId: number,
  slug: string,
  id: number,
): Promise<Problem[]> {
  if ((await row(db, sql.findSlug, [orgId, slug, id])) === null) return [];
  const message = `another template is called "${slug}" already; choose another slug`;
  return [{ path: ['slug'], message, value: slug }];
}
