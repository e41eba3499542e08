/** Named days of a project on which scenarios that name them do not fire. */
import { z } from 'zod';
import {
  row,
  rows,
  statement,
  transaction,
  type Client,
  type Pool,
  type Queryable,
} from '#platform/db.ts';
import { DomainError, invalid } from '#platform/errors.ts';
import { recordChange } from '../access/audit.ts';
import type { Principal } from '../access/principal.ts';
import { parseForm } from '../step/form-problems.ts';
import { getProject } from './project.ts';

export type Calendar = {
  readonly id: number;
  readonly projectId: number;
  readonly name: string;
  /** YYYY-MM-DD, in order. */
  readonly dates: readonly string[];
  /** 1 Monday … 7 Sunday, in order. */
  readonly weekdays: readonly number[];
};

const MAX_DATES = 5_000;

const day = z.string().refine(isDay, 'is no day; write YYYY-MM-DD, as in 2026-12-25');

const form = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('unique in the project; what policies name'),
  dates: z.array(day).max(MAX_DATES).default([]).describe('days on which nothing fires'),
  weekdays: z
    .array(z.int().min(1).max(7))
    .max(7)
    .default([])
    .describe('weekdays on which nothing fires, 1 Monday to 7 Sunday'),
});

const columns = `id, project_id as "projectId", name, dates, weekdays`;

const list = statement<Calendar>(
  'list-calendars',
  `select ${columns} from calendar where project_id = $1 order by name`,
);

const find = statement<Calendar>(
  'find-calendar',
  `select ${columns} from calendar where project_id = $1 and name = $2 for update`,
);

const save = statement<Calendar>(
  'save-calendar',
  `insert into calendar (project_id, name, dates, weekdays) values ($1, $2, $3, $4)
   on conflict (project_id, name) do update set dates = excluded.dates, weekdays = excluded.weekdays
   returning ${columns}`,
);

const remove = statement(
  'delete-calendar',
  `delete from calendar where project_id = $1 and name = $2`,
);

const users = statement<{ slug: string }>(
  'calendar-users',
  `select slug from scenario where project_id = $1 and deleted_at is null and policies->>'calendar' = $2
   order by slug limit 10`,
);

/** By name. @throws DomainError NOT_FOUND. */
export async function listCalendars(
  db: Queryable,
  who: Principal,
  projectId: number,
): Promise<Calendar[]> {
  await getProject(db, who, projectId);
  return rows(db, list, [projectId]);
}

/** Makes a calendar, or gives the one of this name other days; due times from now on follow it.
 *  @throws DomainError NOT_FOUND, FORBIDDEN, VALIDATION. */
export function saveCalendar(
  pool: Pool,
  who: Principal,
  projectId: number,
  wire: unknown,
): Promise<Calendar> {
  return transaction(pool, async (tx) => {
    await getProject(tx, who, projectId, 'project.edit');
    const { data, problems } = parseForm(form, wire, []);
    if (problems.length > 0 || data === null) throw invalid(problems);
    const { name, dates, weekdays } = data;
    const before = await row(tx, find, [projectId, name]);
    const after = await row(tx, save, [
      projectId,
      name,
      [...new Set(dates)].toSorted(),
      [...new Set(weekdays)].toSorted((a, b) => a - b),
    ]);
    await record(tx, who, 'calendar.save', before, after);
    return after!;
  });
}

/** @throws DomainError NOT_FOUND, FORBIDDEN; CONFLICT while scenarios name it. */
export async function deleteCalendar(
  pool: Pool,
  who: Principal,
  projectId: number,
  name: string,
): Promise<void> {
  await transaction(pool, async (tx) => {
    await getProject(tx, who, projectId, 'project.edit');
    const before = await row(tx, find, [projectId, name]);
    if (!before)
      throw new DomainError('NOT_FOUND', `No calendar "${name}" in project ${projectId}.`);
    const named = await rows(tx, users, [projectId, name]);
    if (named.length > 0) {
      const who = named.map(({ slug }) => slug).join(', ');
      throw new DomainError(
        'CONFLICT',
        `The calendar "${name}" is in use by ${who}; edit them first.`,
      );
    }
    await rows(tx, remove, [projectId, name]);
    await record(tx, who, 'calendar.delete', before, null);
  });
}

function record(
  tx: Client,
  who: Principal,
  action: 'calendar.save' | 'calendar.delete',
  before: Calendar | null,
  after: Calendar | null,
): Promise<void> {
  const resourceId = (after ?? before)!.id;
  return recordChange(tx, who, { action, resourceType: 'calendar', resourceId, before, after });
}

function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}
