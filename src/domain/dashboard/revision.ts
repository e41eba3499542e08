/** What a revision holds: the whole dashboard with its cards, so that restoring needs nothing else. The
 *  statements that write revisions build it with `CONTENT_SQL`; `parseContent` reads it back. */
import { z } from 'zod';

/** The note of the editor's own revisions; scheduled snapshots bear the note of their step. */
export const AUTOSAVE_NOTE = 'Autosave';

/** The editor makes at most one revision per dashboard in this time; the product page promises the figure. */
export const AUTOSAVE_SECONDS = 30;

/** The system itself, author of scheduled snapshots unless a service user is named. */
export const SYSTEM_USER_ID = 0;

const card = z.strictObject({
  id: z.int(),
  title: z.string(),
  visualisation: z.string(),
  sql: z.string().nullable(),
  options: z.json(),
  position: z.json(),
  required_permission: z.string().nullable(),
});

const content = z.strictObject({
  title: z.string(),
  layout: z.json(),
  default_time_filter: z.json(),
  /** The dashboard's version when the revision was made. */
  version: z.int(),
  /** In the order in which they were made. */
  cards: z.array(card),
});

export type RevisionContent = z.infer<typeof content>;

/** Reads `dashboard_revisions.content`.
 *  @throws ZodError where it was written by something else than `CONTENT_SQL`. */
export function parseContent(value: unknown): RevisionContent {
  return content.parse(value);
}

/** An SQL expression: the content of the dashboard whose row is `d`. */
export const CONTENT_SQL = `
  jsonb_build_object(
    'title', d.title,
    'layout', d.layout,
    'default_time_filter', d.default_time_filter,
    'version', d.version,
    'cards', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'id', c.id,
          'title', c.title,
          'visualisation', c.visualisation,
          'sql', c.sql,
          'options', c.options,
          'position', c.position,
          'required_permission', c.required_permission
        ) order by c.id)
      from dashboard_card c
      where c.dashboard_id = d.id), '[]'))`;
