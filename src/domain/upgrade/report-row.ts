/** One row of report_schedules as the scenario that takes its place, or everything that is wrong with it. Nothing is
 *  looked up here: the facts that the rows refer to are handed in. */
import { z } from 'zod';
import type { StepWire } from '../step/config.ts';
import { parseTrigger } from '../trigger/parse-trigger.ts';
import { formatTrigger, type TriggerWire } from '../trigger/trigger.ts';

/** A row as JSON. Columns that it does not have are undefined; further ones stay in the archive. */
export type OldRow = Readonly<Record<string, unknown>>;

export type Facts = {
  readonly projects: ReadonlyMap<number, { readonly orgId: number; readonly zone: string }>;
  /** By user: whether it is active, and its organisations. */
  readonly users: ReadonlyMap<
    number,
    { readonly active: boolean; readonly orgIds: readonly number[] }
  >;
  /** The project of each dashboard. */
  readonly dashboards: ReadonlyMap<number, number>;
};

export type Report = {
  readonly oldId: number | string;
  readonly orgId: number;
  readonly projectId: number;
  readonly ownerUserId: number;
  readonly name: string;
  readonly trigger: TriggerWire;
  /** In force: the row's, else the project's, else the organisation's. */
  readonly zone: string;
  readonly enabled: boolean;
  readonly steps: readonly [StepWire];
  readonly lastRunAt: string | null;
};

export const REPORT_KIND = 'send_email_report';
const FORMATS = ['pdf', 'html'] as const;
const MAX_NAME = 200;

const address = z.email();
const id = z.int().positive();
const ids = z.array(id).min(1);

/** What a row is called in messages. */
export const labelOf = (row: OldRow) => String(row['id'] ?? 'without an id');

/** @returns a list of problems, each a sentence that names the column and the value. */
export function readReport(row: OldRow, facts: Facts): Report | readonly string[] {
  const problems: string[] = [];
  const refuse = (column: string, why: string) =>
    problems.push(`${column} ${JSON.stringify(row[column] ?? null)} ${why}`);

  const project = readProject(row, facts, refuse);
  readOwner(row, project?.orgId ?? null, facts, refuse);
  const trigger = readTrigger(row, problems);
  readDashboards(row, facts, refuse);
  readRecipients(row, refuse);
  if (!FORMATS.includes(row['format'] as never)) refuse('format', 'is neither pdf nor html');
  if (typeof row['active'] !== 'boolean') refuse('active', 'is neither true nor false');
  if (problems.length > 0 || project === undefined) return problems;

  const filter = readFilter(row['time_filter']);
  const step = {
    kind: REPORT_KIND,
    name: REPORT_KIND,
    dashboard_ids: row['dashboard_ids'],
    recipients: row['recipients'],
    format: row['format'],
    ...(filter !== null && { time_filter: filter }),
  } as StepWire;
  return {
    oldId: row['id'] as number,
    orgId: project.orgId,
    projectId: row['project_id'] as number,
    ownerUserId: row['owner_user_id'] as number,
    name: nameOf(row),
    trigger,
    zone: (trigger !== null && 'timezone' in trigger && trigger.timezone) || project.zone,
    enabled: row['active'] as boolean,
    steps: [step],
    lastRunAt: (row['last_run_at'] as string | null) ?? null,
  };
}

type Refuse = (column: string, why: string) => void;

function readProject(row: OldRow, { projects }: Facts, refuse: Refuse) {
  const project = projects.get(row['project_id'] as number);
  if (project === undefined) refuse('project_id', 'is no project');
  return project;
}

function readOwner(row: OldRow, orgId: number | null, { users }: Facts, refuse: Refuse): void {
  const owner = users.get(row['owner_user_id'] as number);
  if (owner === undefined) refuse('owner_user_id', 'is no user');
  else if (!owner.active) refuse('owner_user_id', 'is a user who is deactivated');
  else if (orgId !== null && !owner.orgIds.includes(orgId)) {
    refuse('owner_user_id', 'is a user, but no member of the project’s organisation');
  }
}

function readTrigger(row: OldRow, problems: string[]): TriggerWire {
  const zone = row['timezone'];
  const given = typeof zone === 'string' && zone.trim() === '' ? null : (zone ?? null);
  const cron = row['cron'] ?? '';
  const { trigger, problems: found } = parseTrigger({ cron, timezone: given }, []);
  for (const { path, message, value } of found) {
    problems.push(`${path.join('.')} ${JSON.stringify(value ?? null)}: ${message}`);
  }
  return trigger === null ? null : formatTrigger(trigger);
}

function readDashboards(row: OldRow, { dashboards }: Facts, refuse: Refuse): void {
  const parsed = ids.safeParse(row['dashboard_ids']);
  if (!parsed.success) return refuse('dashboard_ids', 'is no list of dashboards');
  const strange = parsed.data.filter((each) => dashboards.get(each) !== row['project_id']);
  if (strange.length > 0) {
    refuse('dashboard_ids', `names what is no dashboard of the project: ${strange.join(', ')}`);
  }
}

function readRecipients(row: OldRow, refuse: Refuse): void {
  const given = row['recipients'];
  if (!Array.isArray(given) || given.length === 0) {
    return refuse('recipients', 'is no list of addresses');
  }
  const bad = given.filter((each) => !address.safeParse(each).success);
  if (bad.length > 0) {
    refuse('recipients', `holds what is no address: ${bad.map(String).join(', ')}`);
  }
}

/** As it was written: in a column of text it may be a name or JSON. */
function readFilter(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? null;
  if (value.trim() === '') return null;
  if (!/^\s*[{"]/.test(value)) return value.trim();
  try {
    return JSON.parse(value);
  } catch {
    // Not JSON after all: the text is what there is to keep.
    return value;
  }
}

function nameOf(row: OldRow): string {
  const name = typeof row['name'] === 'string' ? row['name'].trim() : '';
  // Code points: half of a pair would be no text.
  return Array.from(name || `Report ${labelOf(row)}`)
    .slice(0, MAX_NAME)
    .join('');
}
