/** Tells whoever watches a project's Flow that a dataset, a recipe or an agent of it changed. */
import { rows, statement, type Queryable } from '#platform/db.ts';
import { CHANNELS } from './channels.ts';

const tell = statement<never>('tell-flow', `select pg_notify('${CHANNELS.flow}', $1::int::text)`);

/** In the change's own transaction, so that it is told when it can be seen. */
export async function tellFlow(tx: Queryable, projectId: number): Promise<void> {
  await rows(tx, tell, [projectId]);
}
