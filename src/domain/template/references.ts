/** Whether what a project's values refer to exists in that project: another project's recipe is as unknown as one that
 *  never was. */
import { rows, type Queryable } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import { findNearest } from '../trigger/nearest.ts';
import { NAMED } from './references.sql.ts';

export type Reference = {
  readonly what: keyof typeof NAMED;
  /** A slug or an id. */
  readonly ref: string | number;
  /** Where the value stands. */
  readonly path: Problem['path'];
};

export async function referenceProblems(
  db: Queryable,
  projectId: number,
  references: readonly Reference[],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [what, named] of Map.groupBy(references, (each) => each.what)) {
    const found = await rows(db, NAMED[what], [projectId]);
    const known = new Set<unknown>(found.flatMap(({ id, slug }) => [id, slug]));
    const slugs = found.flatMap(({ slug }) => slug ?? []);
    for (const { ref, path } of named) {
      if (known.has(ref)) continue;
      const nearest = typeof ref === 'string' ? findNearest(ref, slugs) : null;
      const hint = nearest === null ? '' : `; did you mean "${nearest}"?`;
      const message = `there is no ${what} ${JSON.stringify(ref)} in this project${hint}`;
      problems.push({ path, message, value: ref });
    }
  }
  return problems;
}
