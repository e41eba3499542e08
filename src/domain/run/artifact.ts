/** Files that steps leave with their run: reports as they were sent. They go when the run goes. */
import { row, rows, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { permit, type Principal } from '../access/principal.ts';
import { findRun } from '../scenario/runs.sql.ts';
import * as sql from './artifact.sql.ts';
import { FenceLost } from './publish.ts';

/** One file. A name that begins with `inline/` is part of a message: it is in no list. */
export type Artifact = {
  /** Letters, digits and `. _ -`, 1 to 150 of them. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
};

const NAME = /^(inline\/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,149}$/;

/** Keeps a file of a step, in the place of one of the same name. @throws FenceLost when another claim holds the run. */
export async function keepArtifact(
  db: Queryable,
  { runId, fence, pos }: { readonly runId: number; readonly fence: number; readonly pos: number },
  { name, mediaType, bytes }: Artifact,
): Promise<void> {
  if (!NAME.test(name)) throw new Error(`An artifact cannot be called ${JSON.stringify(name)}.`);
  const kept = await row(db, sql.keepArtifact, [runId, fence, pos, name, mediaType, bytes]);
  if (kept === null) throw new FenceLost(runId, fence);
}

/** Whether a browser may show it in a page of ours: a PDF runs in a viewer of its own, and reaches nothing of ours. */
export const isShown = ({ mediaType }: { readonly mediaType: string }): boolean =>
  mediaType === 'application/pdf';

/** A file of a run. @param pos of its step; the last step that has one of that name unless given.
 *  @throws DomainError NOT_FOUND where the run or the file does not exist or may not be seen. */
export async function getArtifact(
  { pool }: { readonly pool: Pool },
  who: Principal,
  runId: number,
  name: string,
  pos: number | null = null,
): Promise<sql.ArtifactBytes> {
  const run = await row(pool, findRun, [runId, who.orgId]);
  if (run === null) throw new DomainError('NOT_FOUND', `No run ${runId}.`);
  permit(who, 'project.view', run.projectId, { type: 'run', id: runId });
  const isPart = name.startsWith('inline/');
  const found = isPart ? null : await row(pool, sql.readArtifact, [runId, name, pos]);
  if (found === null) throw new DomainError('NOT_FOUND', `No artifact ${name} in run ${runId}.`);
  return found;
}

/** Those of some runs that the caller has been let see, by run. */
export async function listArtifacts(
  db: Queryable,
  runIds: readonly number[],
): Promise<Map<number, (sql.ArtifactRow & { readonly runId: number })[]>> {
  return Map.groupBy(await rows(db, sql.listArtifacts, [runIds]), ({ runId }) => runId);
}
