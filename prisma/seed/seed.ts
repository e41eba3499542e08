/** Fills an empty database with the demo: one organisation with four projects on data of our own, and
 *  scenarios that begin within a minute. */
import { findPrincipal } from '#domain/access/authenticate.ts';
import { issueToken } from '#domain/access/tokens.ts';
import { type Pool, row, rows, transaction } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { createRegistry } from '#steps/registry.ts';
import { makeDashboards } from './dashboards.ts';
import { makeDatasets } from './datasets.ts';
import { makeInbox } from './inbox.ts';
import { makeModel, modelAddress } from './model.ts';
import { makeNightly } from './nightly.ts';
import { poolWithin } from './one-transaction.ts';
import { makePeople } from './people.ts';
import { makeScenarios } from './scenarios.ts';
import * as sql from './seed.sql.ts';
import { makeTemplates } from './templates.ts';

// 'hf seed' in ASCII: any number will do, as long as every process takes the same.
const SEED_LOCK = '29385687138919780';

export type Demo = {
  readonly email: string;
  /** Of each person of the demo; made anew for each database. */
  readonly password: string;
  /** The administrator's access token, without an end. */
  readonly token: string;
  /** The project that the token means. */
  readonly projectId: number;
};

export type SeedOptions = {
  readonly log: Log;
  /** Seals the PostgreSQL connector's password; without it the demo has no such connector. */
  readonly secretKey?: SecretKey | undefined;
  /** Where an inbox of this machine takes the demo's mail; without it the demo sends none. */
  readonly inboxPort?: number | undefined;
  /** Where a stand-in for a model's server listens on this machine; without it the demo has no agent. */
  readonly modelPort?: number | undefined;
};

/** One transaction: the whole demo or nothing. Several processes may start at once.
 *  @param pool made with a connection string.
 *  @returns null, with nothing changed, where there is an organisation already. */
export async function seedDemo(
  pool: Pool,
  { log, secretKey, inboxPort, modelPort }: SeedOptions,
): Promise<Demo | null> {
  const url = pool.options.connectionString;
  if (url === undefined) throw new Error('the demo needs a pool that was made with an address');
  return transaction(pool, async (tx) => {
    await row(tx, sql.lockSeed, [SEED_LOCK]);
    if ((await row(tx, sql.findOrg)) !== null) {
      // Both take another port at each start.
      if (inboxPort !== undefined) await rows(tx, sql.pointInbox, [inboxPort]);
      if (modelPort !== undefined) await rows(tx, sql.pointModel, [modelAddress(modelPort)]);
      return null;
    }
    const startedAt = performance.now();
    const people = await makePeople(tx);
    const { orgId, adminId, email, password, projects } = people;
    const admin = (await findPrincipal(tx, { userId: adminId, orgId }))!;
    const inside = poolWithin(tx);
    const { files, hasWarehouse } = await makeDatasets(inside, admin, people, {
      url,
      secretKey,
      log,
    });
    if (inboxPort !== undefined) await makeInbox(inside, admin, inboxPort);
    const model =
      modelPort === undefined ? null : await makeModel(inside, admin, people, modelPort);
    await makeDashboards(tx, people);
    const deps = { pool: inside, kinds: createRegistry() };
    const has = {
      warehouse: hasWarehouse,
      inbox: inboxPort !== undefined,
      model: model !== null,
    };
    await makeScenarios(deps, admin, people, has);
    if (model !== null && has.inbox) await makeNightly(deps, admin, people, { files, model });
    await makeTemplates(deps, admin, people);
    const projectId = projects.sales.id;
    const request = { name: 'Demo', scopes: [], projectId, expiresAt: null };
    const { token } = await issueToken(inside, admin, request);
    log.info({ orgId, ms: Math.round(performance.now() - startedAt) }, 'demo data made');
    return { email, password, token, projectId };
  });
}
