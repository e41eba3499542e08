/** Whether a snapshot's project and author exist, and may be named by whoever names them. */
import { type Queryable, row } from '#platform/db.ts';
import { formatPath, type Problem } from '#platform/errors.ts';
import { findPrincipal } from '#domain/access/authenticate.ts';
import { may } from '#domain/access/principal.ts';
import { SYSTEM_USER_ID } from '#domain/dashboard/revision.ts';
import type { CheckContext, StepContext } from '#domain/step/kind.ts';
import * as sql from './check.sql.ts';
import type { SnapshotConfig } from './kind.ts';

/** Both fields are judged each time, so that all problems come together. A project that the author of the
 *  change may not view is reported like one that does not exist. */
export async function checkTarget(
  { project_id, author_user_id }: Partial<SnapshotConfig>,
  where: CheckContext,
): Promise<Problem[]> {
  const verdicts = [
    { path: ['project_id'], value: project_id, message: await judgeProject(project_id, where) },
    {
      path: ['author_user_id'],
      value: author_user_id,
      message: await judgeAuthor(author_user_id, where),
    },
  ];
  return verdicts.flatMap(({ message, ...place }) =>
    message === null ? [] : [{ ...place, message }],
  );
}

/** The same, when the step starts and for the scenario's owner: a template may have named another project
 *  since, and rights may have been taken away.
 *  @returns the reason to fail, or null. */
export async function refuseOwner(
  config: SnapshotConfig,
  db: Queryable,
  { orgId, projectId, owner }: Pick<StepContext, 'orgId' | 'projectId' | 'owner'>,
): Promise<string | null> {
  const who = await findPrincipal(db, { userId: owner.id, orgId });
  const problems = await checkTarget(config, {
    db,
    orgId,
    projectId,
    may: (permission, id) => who !== null && may(who, permission, id),
  });
  if (problems.length === 0) return null;
  const list = problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; ');
  return `this step cannot run for the scenario’s owner, ${owner.name}: ${list}`;
}

async function judgeProject(id: number | undefined, where: CheckContext): Promise<string | null> {
  if (id === undefined || id === where.projectId) return null;
  const known = (await row(where.db, sql.findProject, [id, where.orgId])) !== null;
  if (!known || !where.may('project.view', id)) {
    return 'there is no such project in this organisation; leave it out for the scenario’s own project';
  }
  if (where.may('project.edit', id)) return null;
  return 'snapshots of another project need the permission project.edit there; ask one of its designers to make the scenario';
}

async function judgeAuthor(id: number | undefined, where: CheckContext): Promise<string | null> {
  if (id === undefined || id === SYSTEM_USER_ID) return null;
  if (!where.may('org.admin', null)) {
    return 'only an administrator of the organisation may attribute snapshots to a service user; leave it out for the system author';
  }
  const member = await row(where.db, sql.findMember, [id, where.orgId]);
  if (member === null) return 'there is no such user in this organisation';
  if (!member.isService) return 'this is a person; name a service user, or 0 for the system';
  return member.isActive
    ? null
    : 'this service user is deactivated; name another, or 0 for the system';
}
