/** Rotation of SECRET_KEY: what older keys sealed is sealed anew under the current one. */
import { row, rows, statement, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { isCurrent, type SecretKey } from '#platform/secrets.ts';
import { recordChange } from '../access/audit.ts';
import { openSecrets, sealSecrets } from './connector.ts';
import type { ConnectorRow } from './connector.sql.ts';

type Sealed = Pick<ConnectorRow, 'id' | 'orgId' | 'slug'> & { readonly secrets: Buffer };

export type Resealed = {
  readonly resealed: number;
  /** Under the current key before. */
  readonly current: number;
};

const lockSealed = statement<Sealed>(
  'lock-sealed-connectors',
  `select id, org_id as "orgId", slug, secrets from connector where secrets is not null order by id for update`,
);

const setSecrets = statement(
  'set-connector-secrets',
  `update connector set secrets = $2 where id = $1`,
);

// The system: whoever holds the environment, and no member of an organisation.
const SYSTEM = { userId: 0, address: null };

/** All connectors of all organisations, or none: one that no key opens stops it.
 *  @param onProgress told after each connector.
 *  @throws Failure that names the connector whose secrets do not open. */
export function resealSecrets(
  pool: Pool,
  key: SecretKey,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Resealed> {
  return transaction(pool, async (tx) => {
    const sealed = await rows(tx, lockSealed);
    const old = sealed.filter(({ secrets }) => !isCurrent(key, secrets));
    for (const [index, connector] of old.entries()) {
      await reseal(tx, connector, key);
      onProgress(index + 1, old.length);
    }
    return { resealed: old.length, current: sealed.length - old.length };
  });
}

async function reseal(tx: Queryable, connector: Sealed, key: SecretKey): Promise<void> {
  const { id, orgId, slug } = connector;
  await row(tx, setSecrets, [id, sealSecrets(key, id, openSecrets(key, connector))]);
  await recordChange(
    tx,
    { ...SYSTEM, orgId },
    { action: 'connector.reseal', resourceType: 'connector', resourceId: id, after: { slug } },
  );
}
