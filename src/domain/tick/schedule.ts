/** From a stored trigger to the earliest due time after an instant. */
import { DomainError } from '#platform/errors.ts';
import { compile, type Schedule } from '../trigger/due-times.ts';
import { parseTrigger } from '../trigger/parse-trigger.ts';
import type { TriggerWire } from '../trigger/trigger.ts';

export type StoredSchedule = {
  readonly trigger: TriggerWire;
  /** The zone in force. */
  readonly zone: string;
  /** The anchor of an interval that names none. */
  readonly createdAt: Date;
};

/** @throws DomainError TRIGGER_CONFIG, with the offending part in `facts.config`, when what is stored no
 *  longer parses. */
export function scheduleOf({ trigger, zone, createdAt }: StoredSchedule): Schedule {
  const parsed = parseTrigger(trigger, ['trigger']);
  if (parsed.problems.length > 0) {
    throw new DomainError('TRIGGER_CONFIG', parsed.problems.map((p) => p.message).join('; '), {
      problems: parsed.problems,
      facts: { config: trigger },
    });
  }
  return compile(parsed.trigger, {
    timezone: zone,
    anchor: Temporal.Instant.fromEpochMilliseconds(createdAt.getTime()),
  });
}

/** The first due time strictly after, in epoch ms; null when time alone never fires it.
 *  @throws DomainError TRIGGER_CONFIG as `scheduleOf` does. */
export function nextDueAt(schedule: StoredSchedule, afterMs: number): number | null {
  return scheduleOf(schedule).next(afterMs);
}
