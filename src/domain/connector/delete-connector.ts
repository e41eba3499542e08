/** Connectors of the organisation itself, and taking a connector away once nothing reads through it. */
import { row, rows, sqlState, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import * as sql from './delete-connector.sql.ts';
import type { Connector } from './save-connector.ts';

/** Those of the whole organisation, by slug.
 *  @throws DomainError FORBIDDEN without org.admin. */
export async function listOrgConnectors(db: Queryable, who: Principal): Promise<Connector[]> {
  permitOrg(who);
  return rows(db, sql.listOrgConnectors, [who.orgId]);
}

/** @returns what it was.
 *  @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT with `facts.datasets` and `facts.agents` that use it. */
export async function deleteConnector(pool: Pool, who: Principal, id: number): Promise<Connector> {
  permitOrg(who);
  try {
    return await transaction(pool, async (tx) => {
      const before = await row(tx, sql.lockConnector, [who.orgId, id]);
      if (before === null) throw new DomainError('NOT_FOUND', `No connector ${id}.`);
      const [datasets, agents] = [
        await rows(tx, sql.datasetsThrough, [id]),
        await rows(tx, sql.agentsThrough, [id]),
      ];
      if (datasets.length + agents.length > 0) throw inUse(before.slug, datasets, agents);
      await rows(tx, sql.deleteConnector, [id]);
      await recordChange(tx, who, {
        action: 'connector.delete',
        resourceType: 'connector',
        resourceId: id,
        before,
      });
      return before;
    });
  } catch (error) {
    // A dataset that was made meanwhile.
    if (sqlState(error) !== '23503') throw error;
    throw new DomainError('CONFLICT', 'Something uses the connector now; look again.', {
      cause: error,
    });
  }
}

function inUse(
  slug: string,
  datasets: readonly sql.UserRow[],
  agents: readonly sql.UserRow[],
): DomainError {
  const named = [
    ...datasets.map((dataset) => `dataset ${dataset.project}/${dataset.slug}`),
    ...agents.map((agent) => `agent ${agent.project}/${agent.slug}`),
  ];
  const more = named.length > 10 ? ` and ${named.length - 10} more` : '';
  return new DomainError(
    'CONFLICT',
    `The connector ${slug} is in use by ${named.slice(0, 10).join(', ')}${more}; change or delete them first.`,
    { facts: { datasets, agents } },
  );
}
