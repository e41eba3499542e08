/** What a snapshot's configuration points at. */
import { statement } from '#platform/db.ts';

/** $1 project, $2 organisation. */
export const findProject = statement<{ id: number }>(
  'snapshot-find-project',
  'select id from project where id = $1 and org_id = $2',
);

/** The members of an organisation, one by id. $1 user, $2 organisation. */
export const findMember = statement<{ isService: boolean; isActive: boolean }>(
  'snapshot-find-member',
  `select u.is_service as "isService", u.deactivated_at is null as "isActive"
   from "user" u join user_org m on m.user_id = u.id
   where u.id = $1 and m.org_id = $2`,
);
