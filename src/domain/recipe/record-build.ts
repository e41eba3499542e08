/** Keeps with each recipe what came of its last build, so that the Flow can say how fresh it is without reading the
 *  history of runs. */
import { rows, type Queryable } from '#platform/db.ts';
import { toText } from '../event/event.ts';
import * as sql from './record-build.sql.ts';

export type BuildState = 'succeeded' | 'failed' | 'skipped';

export type Build = {
  /** The recipe's; one that the project does not have is left out. */
  readonly slug: string;
  readonly state: BuildState;
  /** null: it does not tell. */
  readonly rows: number | null;
  /** What the database or the code said; null: nothing. */
  readonly message: string | null;
};

const MAX_MESSAGE = 2_000;

/** Of builds that succeeded in the transaction that publishes them; of others as soon as they have ended. What a later
 *  run has recorded stays. */
export async function recordBuilds(
  db: Queryable,
  projectId: number,
  runId: number,
  builds: readonly Build[],
): Promise<void> {
  if (builds.length === 0) return;
  await rows(db, sql.recordBuilds, [
    projectId,
    runId,
    builds.map(({ slug }) => slug),
    builds.map(({ state }) => state),
    builds.map((build) => build.rows),
    builds.map(({ message }) => (message === null ? null : toText(message).slice(0, MAX_MESSAGE))),
  ]);
}
