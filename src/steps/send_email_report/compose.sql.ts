/** Where a run is found. */
import { statement } from '#platform/db.ts';

/** $1 project. */
export const findSlug = statement<{ slug: string }>(
  'report-find-project-slug',
  'select slug from project where id = $1',
);
