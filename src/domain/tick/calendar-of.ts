/** The calendar that a scenario's policies name. */
import { DomainError } from '#platform/errors.ts';
import { createCalendar, type Calendar } from './calendar.ts';
import { readPolicies } from './policies.ts';
import type { Slot } from './slot.sql.ts';

/** @returns null when they name none.
 *  @throws DomainError TRIGGER_CONFIG, with the name in `facts.config`, when the project has none of that name. */
export function calendarOf(slot: Slot): Calendar | null {
  const { calendar: name } = readPolicies(slot.policies);
  if (name === null) return null;
  if (slot.calendar === null) {
    throw new DomainError('TRIGGER_CONFIG', `the project has no calendar "${name}"`, {
      facts: { config: { calendar: name } },
    });
  }
  return createCalendar(slot.calendar, slot.zone);
}
