/** What holds for a whole organisation: its name, its zone, who may get mail, how long history is kept. */
import { row, rows, transaction, type Pool, type Queryable } from '#platform/db.ts';
import { invalid, type Problem } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import { permitOrg, type Principal } from '../access/principal.ts';
import { retime } from '../project/settings-zone.ts';
import { findZone } from '../trigger/zone.ts';
import * as sql from './settings.sql.ts';

export type OrgSettings = {
  /** Mail goes only to addresses in these; empty: to any. */
  readonly allowedRecipientDomains: readonly string[];
  /** How long runs and ticks are kept after their end, in days. */
  readonly runRetentionDays: number;
  /** The same for events and logs. */
  readonly eventRetentionDays: number;
};

export type OrgChange = Partial<OrgSettings> & {
  readonly name?: string;
  readonly timezone?: string;
};

export const DEFAULTS: OrgSettings = {
  allowedRecipientDomains: [],
  runRetentionDays: 365,
  eventRetentionDays: 30,
};

const MAX_NAME = 100;
const MAX_DOMAINS = 200;
const MAX_DAYS = 3650;
const DOMAIN =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What is stored in `org.settings`, with the defaults for what is not. */
export function readSettings(stored: unknown): OrgSettings {
  return { ...DEFAULTS, ...(stored as Partial<OrgSettings>) };
}

/** Whether the organisation lets mail go to this address. */
export function allowsRecipient(
  { allowedRecipientDomains: domains }: OrgSettings,
  address: string,
) {
  if (domains.length === 0) return true;
  return domains.includes(address.slice(address.lastIndexOf('@') + 1).toLowerCase());
}

export async function getSettings(db: Queryable, orgId: number): Promise<OrgSettings> {
  return readSettings((await row(db, sql.findOrg, [orgId]))!.settings);
}

/** Changes what is named. Another zone moves the due times of every scenario that has none of its own, in a project
 *  that has none.
 *  @throws DomainError FORBIDDEN without org.admin; VALIDATION with every problem. */
export async function updateOrganisation(
  pool: Pool,
  who: Principal,
  given: OrgChange,
): Promise<void> {
  permitOrg(who);
  const change = tidied(given);
  const problems = problemsOf(change);
  if (problems.length > 0) throw invalid(problems);
  const projects = async (tx: Queryable) =>
    (await rows(tx, sql.projectsWithoutZone, [who.orgId])).map(({ id }) => id);
  const moves = change.timezone !== undefined;
  await transaction(pool, async (tx) => {
    if (moves) await rows(tx, sql.lockSlotsIn, [await projects(tx)]);
    const before = (await row(tx, sql.lockOrgSettings, [who.orgId]))!;
    const { name = before.name, timezone = before.timezone, ...settings } = change;
    const values = [who.orgId, name, timezone, JSON.stringify(settings)];
    const after = (await row(tx, sql.updateOrg, values))!;
    if (moves) await retime(tx, await projects(tx));
    await recordChange(tx, who, {
      action: 'org.update',
      resourceType: 'org',
      resourceId: who.orgId,
      before: shown(before),
      after: shown(after),
    });
  });
  if (moves) await transaction(pool, async (tx) => retime(tx, await projects(tx)));
}

function shown({ name, timezone, settings }: sql.OrgRow) {
  return { name, timezone, ...readSettings(settings) };
}

function tidied({
  name,
  timezone,
  allowedRecipientDomains: domains,
  ...days
}: OrgChange): OrgChange {
  return {
    ...days,
    ...(name !== undefined && { name: name.trim() }),
    ...(timezone !== undefined && { timezone: findZone(timezone) ?? timezone }),
    ...(domains !== undefined && {
      allowedRecipientDomains: [
        ...new Set(domains.map((domain) => domain.trim().toLowerCase().replace(/^@/, ''))),
      ],
    }),
  };
}

function problemsOf(change: OrgChange): Problem[] {
  const { name, timezone, allowedRecipientDomains: domains = [] } = change;
  const problems: Problem[] = [];
  if (name !== undefined && (name === '' || name.length > MAX_NAME || name.includes('\0'))) {
    problems.push({ path: ['name'], message: `has 1 to ${MAX_NAME} characters`, value: name });
  }
  if (timezone !== undefined && findZone(timezone) === null) {
    const message = 'is no time zone, as in Europe/Berlin';
    problems.push({ path: ['timezone'], message, value: timezone });
  }
  if (domains.length > MAX_DOMAINS) {
    const message = `lists ${domains.length}; at most ${MAX_DOMAINS} are taken`;
    problems.push({ path: ['allowedRecipientDomains'], message });
  }
  domains.forEach((value, index) => {
    if (DOMAIN.test(value)) return;
    const message = 'is no domain, as in example.com';
    problems.push({ path: ['allowedRecipientDomains', index], message, value });
  });
  for (const field of ['runRetentionDays', 'eventRetentionDays'] as const) {
    const value = change[field];
    if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= MAX_DAYS))
      continue;
    problems.push({ path: [field], message: `is 1 to ${MAX_DAYS} days`, value });
  }
  return problems;
}
