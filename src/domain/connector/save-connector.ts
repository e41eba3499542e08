/** Connectors made, changed and tried by administrators of the organisation. */
import { row, rows, sqlState, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { getProject } from '../project/project.ts';
import { parseForm } from '../step/form-problems.ts';
import { openConnector, openSecrets, sealSecrets } from './connector.ts';
import type { ConnectorType } from './connector-type.ts';
import { CONNECTOR_TYPES } from './connector-types.ts';
import * as sql from './connector.sql.ts';
import { asFailure, Failure } from './failure.ts';

const TEST_TIMEOUT_MS = 15_000;
const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What anyone may see of a connector: whether it has secrets, never what they are. */
export type Connector = Omit<sql.ConnectorRow, 'secrets'> & { readonly hasSecrets: boolean };

export type NewConnector = {
  /** null: for the whole organisation. */
  readonly projectId: number | null;
  readonly slug: string;
  readonly name: string;
  readonly type: string;
  readonly config: unknown;
  readonly secrets: unknown;
};

/** @throws DomainError VALIDATION with every problem, CONFLICT when the slug is taken, FORBIDDEN. */
export async function createConnector(
  pool: Pool,
  who: Principal,
  given: NewConnector,
  key: SecretKey | undefined,
): Promise<Connector> {
  permitOrg(who);
  if (given.projectId !== null) await getProject(pool, who, given.projectId);
  const type = CONNECTOR_TYPES.get(given.type);
  const problems = nameProblems(given);
  if (!SLUG.test(given.slug)) {
    const message = 'is 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit';
    problems.push({ path: ['slug'], message, value: given.slug });
  }
  if (type === undefined) {
    const message = `is unknown; known are ${[...CONNECTOR_TYPES.keys()].join(', ')}`;
    problems.push({ path: ['type'], message, value: given.type });
    throw invalid(problems);
  }
  const { config, secrets } = parse(type, given, problems);
  try {
    return await transaction(pool, async (tx) => {
      const values = [who.orgId, given.projectId, given.slug, given.name, given.type];
      const made = await row(tx, sql.insertConnector, [...values, JSON.stringify(config)]);
      // The seal names the connector, so its id comes first.
      const sealed = sealSecrets(key, made!.id, secrets);
      return store(tx, who, null, { ...made!, secrets: sealed });
    });
  } catch (error) {
    if (sqlState(error) !== '23505') throw asDomainError(error);
    const message = `There is a connector ${given.slug} already; choose another slug.`;
    throw new DomainError('CONFLICT', message, { cause: error });
  }
}

export type ConnectorChange = Partial<Pick<NewConnector, 'name' | 'config'>> & {
  /** Only these are replaced; null removes one. */
  readonly secrets?: Readonly<Record<string, unknown>>;
};

/** @throws DomainError NOT_FOUND, VALIDATION, FORBIDDEN. */
export async function updateConnector(
  pool: Pool,
  who: Principal,
  id: number,
  change: ConnectorChange,
  key: SecretKey | undefined,
): Promise<Connector> {
  const before = await findForAdmin(pool, who, id);
  const type = CONNECTOR_TYPES.get(before.type)!;
  const name = change.name ?? before.name;
  try {
    const kept = change.secrets === undefined ? {} : openSecrets(key, before);
    const merged = Object.entries({ ...kept, ...change.secrets }).filter(([, v]) => v !== null);
    const given = {
      config: change.config ?? before.config,
      secrets: Object.fromEntries(merged),
    };
    const { config, secrets } = parse(type, given, nameProblems({ name }));
    const sealed = change.secrets === undefined ? before.secrets : sealSecrets(key, id, secrets);
    return await transaction(pool, (tx) =>
      store(tx, who, before, { ...before, name, config, secrets: sealed }),
    );
  } catch (error) {
    throw asDomainError(error);
  }
}

/** Tries a stored connector.
 *  @returns a sentence that says what was found, or why it does not work. Never longer than 15 s.
 *  @throws DomainError NOT_FOUND, FORBIDDEN. */
export async function testConnector(
  pool: Pool,
  who: Principal,
  id: number,
  key: SecretKey | undefined,
): Promise<{ ok: boolean; message: string }> {
  const connector = await findForAdmin(pool, who, id);
  const signal = AbortSignal.timeout(TEST_TIMEOUT_MS);
  try {
    const { type, opened } = openConnector(connector, key);
    return { ok: true, message: await type.test(opened, signal) };
  } catch (error) {
    if (signal.aborted) return { ok: false, message: 'No answer within 15 s; check the address.' };
    const failure = asFailure(error, 'Testing');
    if (failure instanceof Failure) return { ok: false, message: failure.message };
    throw error;
  }
}

/** The connectors that a project may use: its own and those of the whole organisation, by slug.
 *  @throws DomainError NOT_FOUND for a project that the caller may not see. */
export async function listConnectors(
  db: Queryable,
  who: Principal,
  projectId: number,
): Promise<Connector[]> {
  await getProject(db, who, projectId);
  return (await rows(db, sql.listConnectors, [who.orgId, projectId])).map(visible);
}

async function findForAdmin(pool: Pool, who: Principal, id: number): Promise<sql.ConnectorRow> {
  permitOrg(who);
  const connector = await row(pool, sql.findConnector, [who.orgId, id]);
  if (connector === null) throw new DomainError('NOT_FOUND', `No connector ${id}.`);
  return connector;
}

function parse(
  type: ConnectorType,
  given: { config: unknown; secrets: unknown },
  problems: Problem[],
) {
  const config = parseForm(type.config, given.config, ['config']);
  const secrets = parseForm(type.secrets, given.secrets ?? {}, ['secrets']);
  // A problem never shows what was entered as a secret.
  problems.push(...config.problems, ...secrets.problems.map(({ value: _, ...shown }) => shown));
  if (problems.length > 0) throw invalid(problems);
  return { config: config.data, secrets: secrets.data as Record<string, unknown> };
}

function nameProblems({ name }: { name: string }): Problem[] {
  if (name.trim() !== '' && name.length <= 100) return [];
  return [{ path: ['name'], message: 'has 1 to 100 characters', value: name }];
}

async function store(
  tx: Queryable,
  who: Principal,
  before: sql.ConnectorRow | null,
  wanted: sql.ConnectorRow,
): Promise<Connector> {
  const { id, name, config, secrets } = wanted;
  const values = [who.orgId, id, name, JSON.stringify(config), secrets];
  const stored = visible((await row(tx, sql.updateConnector, values))!);
  await recordChange(tx, who, {
    action: before === null ? 'connector.create' : 'connector.update',
    resourceType: 'connector',
    resourceId: id,
    before: before === null ? null : visible(before),
    after: stored,
  });
  return stored;
}

/** The row without what nobody may see. */
function visible({ secrets, ...connector }: sql.ConnectorRow): Connector {
  return { ...connector, hasSecrets: secrets !== null };
}

// A Failure belongs to whoever runs a sync; a person who saves gets a refusal.
function asDomainError(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  return new DomainError('CONFLICT', error.message, { cause: error });
}
