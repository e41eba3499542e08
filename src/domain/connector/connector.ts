/** Connectors as stored: configuration in clear, secrets sealed under SECRET_KEY for this one connector. */
import { row, type Queryable } from '#platform/db.ts';
import { formatPath } from '#platform/errors.ts';
import { open, seal, SecretError, type SecretKey } from '#platform/secrets.ts';
import { parseForm } from '../step/form-problems.ts';
import type { ConnectorType, Opened } from './connector-type.ts';
import { CONNECTOR_TYPES } from './connector-types.ts';
import { type ConnectorRow, findConnector } from './connector.sql.ts';
import { Failure } from './failure.ts';

const placeOf = (connectorId: number) => `connector:${connectorId}`;

/** What the column `secrets` holds for these secrets: null for none at all. */
export function sealSecrets(
  key: SecretKey | undefined,
  connectorId: number,
  secrets: Readonly<Record<string, unknown>>,
): Buffer | null {
  if (Object.keys(secrets).length === 0) return null;
  return seal(requireKey(key), JSON.stringify(secrets), placeOf(connectorId));
}

/** The secrets in clear. Only for handing them to the connector's type, or for keeping some while others
 *  change.
 *  @throws Failure when they cannot be opened. */
export function openSecrets(
  key: SecretKey | undefined,
  { id, secrets }: Pick<ConnectorRow, 'id' | 'secrets'>,
): Record<string, unknown> {
  if (secrets === null) return {};
  try {
    return JSON.parse(open(requireKey(key), secrets, placeOf(id))) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SecretError) throw new Failure(error.message, false, error);
    throw error;
  }
}

/** A connector ready for use: its type, and its configuration parsed by it.
 *  @throws Failure for an unknown type, a configuration that no longer parses, secrets that do not open. */
export function openConnector(
  connector: ConnectorRow,
  key: SecretKey | undefined,
): { type: ConnectorType; opened: Opened<unknown, unknown> } {
  const type = CONNECTOR_TYPES.get(connector.type);
  if (type === undefined) {
    throw new Failure(
      `Connector ${connector.slug} is of the type ${connector.type}, which this version does not know.`,
    );
  }
  const config = parseForm(type.config, connector.config, ['config']);
  const secrets = parseForm(type.secrets, openSecrets(key, connector), ['secrets']);
  const problems = [...config.problems, ...secrets.problems];
  if (problems.length > 0) {
    const list = problems.map((p) => `${formatPath(p.path)} ${p.message}`).join('; ');
    throw new Failure(`Connector ${connector.slug} has to be set up again: ${list}.`);
  }
  return { type, opened: { config: config.data, secrets: secrets.data } };
}

/** The connector with this id in the organisation.
 *  @throws Failure when it is gone. */
export async function getConnector(
  db: Queryable,
  orgId: number,
  connectorId: number,
): Promise<ConnectorRow> {
  const connector = await row(db, findConnector, [orgId, connectorId]);
  if (connector === null) throw new Failure(`There is no connector ${connectorId} any more.`);
  return connector;
}

function requireKey(key: SecretKey | undefined): SecretKey {
  if (key !== undefined) return key;
  throw new Failure('SECRET_KEY is not set, so secrets can be neither stored nor read; set it.');
}
