/** An organisation's settings as a row. */
import { statement } from '#platform/db.ts';

export type OrgRow = {
  readonly id: number;
  readonly name: string;
  readonly timezone: string;
  /** As stored; `readSettings` fills in what is not set. */
  readonly settings: unknown;
};

const COLUMNS = `id, name, timezone, settings`;

/** $1 organisation. */
export const findOrg = statement<OrgRow>('find-org', `select ${COLUMNS} from org where id = $1`);

/** For a change. */
export const lockOrgSettings = statement<OrgRow>(
  'lock-org-settings',
  `select ${COLUMNS} from org where id = $1 for no key update`,
);

/** $1 organisation, $2 name, $3 zone, $4 settings that replace those of the same name. */
export const updateOrg = statement<OrgRow>(
  'update-org',
  `update org set name = $2, timezone = $3, settings = settings || $4::jsonb where id = $1
   returning ${COLUMNS}`,
);

/** Projects that take the organisation's zone. $1 organisation. */
export const projectsWithoutZone = statement<{ id: number }>(
  'projects-without-zone',
  `select id from project where org_id = $1 and timezone is null order by id`,
);

/** The slots of their scenarios: taken before the organisation's row, as a resumption does. $1 projects. */
export const lockSlotsIn = statement<{ id: number }>(
  'lock-slots-in-projects',
  `select id from scenario where project_id = any($1::int[]) and deleted_at is null order by id for update`,
);
