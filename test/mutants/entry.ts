/** Runs one model against the code as it is loaded, mistakes and all: `entry.ts decide` or `entry.ts lifecycle`, the
 *  latter on the database of DATABASE_URL. Ends with 1 when they differ, and says by which counterexample. */
import { createPool } from '#platform/db.ts';
import { createLog } from '#platform/log.ts';
import { createOrg, createProject, createUser } from '#test/support/factories.ts';
import { checkLifecycle } from '#test/domain/run/lifecycle-model.ts';
import { checkDecide } from '#test/domain/tick/decide-model.ts';

// The same commands every time: whether a mistake is met must not be left to chance.
const SEED = 20_261_125;

const [model] = process.argv.slice(2);
if (model === 'decide') checkDecide(3_000, SEED);
else {
  const log = createLog('test', 'silent');
  const pool = createPool(process.env['DATABASE_URL'] ?? '', { name: 'test', max: 4, log });
  const org = await createOrg(pool);
  const owner = await createUser(pool, { orgId: org.id, role: 'admin' });
  const project = await createProject(pool, { orgId: org.id, ownerUserId: owner.id });
  const place = { orgId: org.id, projectId: project.id, ownerUserId: owner.id };
  await checkLifecycle({ pool, log, place }, 60, SEED).finally(() => pool.end());
}
