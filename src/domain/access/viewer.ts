/** What a caller is told about itself: the person, the organisation of this request, and the others. */
import { row, statement, type Queryable } from '#platform/db.ts';
import type { Principal, Role, Scope } from './principal.ts';

export type OrgRef = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly timezone: string;
};

export type Viewer = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly mustResetPassword: boolean;
  readonly org: OrgRef;
  readonly orgs: readonly OrgRef[];
  /** Over the whole organisation; null: only on the projects below. */
  readonly role: Role | null;
  readonly projectRoles: readonly { readonly projectId: number; readonly role: Role }[];
  readonly defaultProjectId: number | null;
  /** Of the token in use; empty: not limited. */
  readonly scopes: readonly Scope[];
};

const findViewer = statement<{ mustResetPassword: boolean; orgs: OrgRef[] }>(
  'find-viewer',
  `select u.must_reset_password as "mustResetPassword",
          (select json_agg(json_build_object('id', o.id, 'slug', o.slug, 'name', o.name,
                                             'timezone', o.timezone) order by o.name, o.id)
             from user_org m join org o on o.id = m.org_id where m.user_id = u.id) as orgs
     from "user" u where u.id = $1`,
);

/** @throws Error when the caller vanished since it was authenticated. */
export async function getViewer(db: Queryable, who: Principal): Promise<Viewer> {
  const found = await row(db, findViewer, [who.userId]);
  const org = found?.orgs?.find(({ id }) => id === who.orgId);
  if (!found || !org) throw new Error(`user ${who.userId} is gone from organisation ${who.orgId}`);
  return {
    id: who.userId,
    email: who.email,
    name: who.name,
    mustResetPassword: found.mustResetPassword,
    org,
    // A token speaks for one organisation, so it names no other.
    orgs: who.tokenId === null ? found.orgs : [org],
    role: who.orgRole,
    projectRoles: [...who.projectRoles].map(([projectId, role]) => ({ projectId, role })),
    defaultProjectId: who.defaultProjectId,
    scopes: who.scopes,
  };
}
