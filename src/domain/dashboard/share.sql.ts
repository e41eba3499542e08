/** Links to dashboards as rows; of the token there is only the hash. */
import { statement } from '#platform/db.ts';

export type ShareRow = {
  id: number;
  orgId: number;
  dashboardId: number;
  /** live | frozen */
  mode: string;
  revision: number | null;
  publisherUserId: number;
  expiresAt: Date | null;
  revokedAt: Date | null;
  createdAt: Date;
};

const columns = `id, org_id as "orgId", dashboard_id as "dashboardId", mode, revision,
  publisher_user_id as "publisherUserId", expires_at as "expiresAt", revoked_at as "revokedAt",
  created_at as "createdAt"`;

/** $1 organisation, $2 dashboard, $3 hash, $4 mode, $5 revision or null, $6 publisher, $7 days or null. */
export const insertShare = statement<ShareRow>(
  'insert-share',
  `insert into dashboard_share
     (org_id, dashboard_id, token_hash, mode, revision, publisher_user_id, expires_at, created_at)
   select $1, $2, $3, $4, $5, $6, now.at + make_interval(days => $7), now.at
     from (select clock_timestamp() as at) now
   returning ${columns}`,
);

/** The latest first. $1 dashboard. */
export const listShares = statement<ShareRow>(
  'list-shares',
  `select ${columns} from dashboard_share where dashboard_id = $1 order by id desc`,
);

/** $1 share, $2 organisation. */
export const findShare = statement<ShareRow>(
  'find-share',
  `select ${columns} from dashboard_share where id = $1 and org_id = $2`,
);

/** $1 share. */
export const revokeShare = statement<ShareRow>(
  'revoke-share',
  `update dashboard_share set revoked_at = coalesce(revoked_at, clock_timestamp())
    where id = $1 returning ${columns}`,
);

/** What a link opens, unless it was revoked or has ended. $1 hash. */
export const openShare = statement<ShareRow & { zone: string }>(
  'open-share',
  `select s.*, coalesce(p.timezone, o.timezone, 'UTC') as zone
     from (select ${columns} from dashboard_share
            where token_hash = $1 and revoked_at is null
              and (expires_at is null or expires_at > clock_timestamp())) s
     join dashboard d on d.id = s."dashboardId"
     join project p on p.id = d.project_id join org o on o.id = d.org_id`,
);
