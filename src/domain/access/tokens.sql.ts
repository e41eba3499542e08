/** Access tokens as rows; the hash is written and never read back. */
import { statement } from '#platform/db.ts';
import type { Scope } from './principal.ts';

export type TokenRow = {
  id: number;
  userId: number;
  projectId: number | null;
  name: string;
  prefix: string;
  scopes: Scope[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  createdAt: Date;
};

const columns = `id, user_id as "userId", project_id as "projectId", name, prefix, scopes,
  expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt",
  created_at as "createdAt"`;

export const insertToken = statement<TokenRow>(
  'insert-token',
  `insert into api_token (org_id, user_id, project_id, name, prefix, token_hash, scopes, expires_at, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())
   returning ${columns}`,
);

/** $1 organisation, $2 user. */
export const findService = statement<{ id: number }>(
  'find-service',
  `select u.id from "user" u join user_org m on m.user_id = u.id
    where m.org_id = $1 and u.id = $2 and u.is_service and u.deactivated_at is null`,
);

/** $1 organisation, $2 user or null for all. */
export const listTokens = statement<TokenRow>(
  'list-tokens',
  `select ${columns} from api_token
    where org_id = $1 and ($2::int is null or user_id = $2) order by id desc`,
);

/** $1 organisation, $2 user or null for anybody's, $3 token. */
export const lockToken = statement<TokenRow>(
  'lock-token',
  `select ${columns} from api_token
    where org_id = $1 and ($2::int is null or user_id = $2) and id = $3 for update`,
);

/** The same. */
export const revokeToken = statement<TokenRow>(
  'revoke-token',
  `update api_token set revoked_at = coalesce(revoked_at, clock_timestamp())
    where org_id = $1 and ($2::int is null or user_id = $2) and id = $3
   returning ${columns}`,
);
