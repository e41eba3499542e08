/** Taking somebody out of an organisation: their roles, tokens and sessions end, and what they own goes to somebody
 *  else, or they stay. */
import { row, rows, type Client, type Pool } from '#platform/db.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { CHANNELS, payloadOf } from '../event/channels.ts';
import { isMember } from '../scenario/scenario.sql.ts';
import { recordChange } from './audit.ts';
import { getMember, shown } from './members.ts';
import { changePeople } from './members-change.ts';
import * as sql from './members-remove.sql.ts';
import * as members from './members.sql.ts';
import { permitOrg, type Principal } from './principal.ts';

export type Removed = {
  readonly userId: number;
  readonly revokedTokens: number;
  /** Scenarios that have another owner now. */
  readonly handedOver: number;
};

// Enough to see what it is about; `facts` has them all.
const NAMED = 10;

/** Sessions and sockets of theirs end when they are next checked, within a minute. The account stays, for other
 *  organisations and for what the history says.
 *  @param handTo who owns their scenarios and projects from now on; null: they must own none.
 *  @throws DomainError NOT_FOUND; VALIDATION for a `handTo` who is no active member; CONFLICT with
 *  `facts.scenarios` and `facts.projects` while they own any, and for the last administrator. */
export async function removeMember(
  pool: Pool,
  who: Principal,
  userId: number,
  { handTo = null }: { readonly handTo?: number | null } = {},
): Promise<Removed> {
  permitOrg(who);
  const change = async (tx: Client) => {
    const member = await getMember(tx, who, userId);
    const handedOver = await handOver(tx, who, userId, handTo);
    const revoked = await rows(tx, members.revokeAllTokens, [who.orgId, userId]);
    await rows(tx, members.leaveGroups, [who.orgId, userId]);
    await rows(tx, members.deleteOwnGroup, [who.orgId, userId]);
    await rows(tx, members.deleteMembership, [who.orgId, userId]);
    await recordChange(tx, who, {
      action: 'member.remove',
      resourceType: 'member',
      resourceId: userId,
      before: shown(member),
      after: { handTo, revokedTokenIds: revoked.map(({ id }) => id), scenarios: handedOver },
    });
    return { userId, revokedTokens: revoked.length, handedOver: handedOver.length };
  };
  return changePeople(pool, who, change, async (tx) => {
    if (handTo === null) return;
    const owned = await rows(tx, sql.ownedScenarios, [who.orgId, userId]);
    await rows(tx, sql.lockOwned, [owned.map(({ id }) => id)]);
  });
}

/** @returns the ids of the scenarios that changed hands. */
async function handOver(
  tx: Client,
  who: Principal,
  from: number,
  to: number | null,
): Promise<number[]> {
  const [scenarios, projects] = [
    await rows(tx, sql.ownedScenarios, [who.orgId, from]),
    await rows(tx, sql.ownedProjects, [who.orgId, from]),
  ];
  if (to === null) {
    if (scenarios.length + projects.length > 0) throw stillOwns(scenarios, projects);
    return [];
  }
  if (to === from || (await row(tx, isMember, [to, who.orgId])) === null) {
    const message = 'names nobody who could own them; name another active member';
    throw invalid([{ path: ['handTo'], message, value: to }]);
  }
  const ids = scenarios.map(({ id }) => id);
  await rows(tx, sql.lockOwned, [ids]);
  await rows(tx, sql.handOverScenarios, [ids, to, who.userId]);
  await rows(tx, sql.handOverRuns, [ids, to, from]);
  await rows(tx, sql.handOverProjects, [who.orgId, to, from]);
  await recordHandOver(tx, who, { ids, projects, from, to });
  return ids;
}

async function recordHandOver(
  tx: Client,
  who: Principal,
  {
    ids,
    projects,
    from,
    to,
  }: {
    readonly ids: readonly number[];
    readonly projects: readonly { readonly id: number }[];
    readonly from: number;
    readonly to: number;
  },
): Promise<void> {
  const owned = [
    ...ids.map((id) => ['scenario', id] as const),
    ...projects.map(({ id }) => ['project', id] as const),
  ];
  for (const [resourceType, resourceId] of owned) {
    await recordChange(tx, who, {
      action: `${resourceType}.update`,
      resourceType,
      resourceId,
      before: { ownerUserId: from },
      after: { ownerUserId: to },
    });
  }
  if (ids.length > 0) {
    await tx.query('select pg_notify($1, $2)', [CHANNELS.scenario, payloadOf(ids)]);
  }
}

function stillOwns(
  scenarios: readonly sql.OwnedRow[],
  projects: readonly { readonly id: number; readonly slug: string }[],
): DomainError {
  const names = [
    ...scenarios.map(({ project, slug }) => `${project}/${slug}`),
    ...projects.map(({ slug }) => `project ${slug}`),
  ];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const list = names.slice(0, NAMED).join(', ') + more;
  return new DomainError('CONFLICT', `They own ${list}; say who owns them from now on.`, {
    facts: { scenarios, projects },
  });
}
