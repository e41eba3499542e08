/** A trigger as it is configured, as the API's questions take it. */
import type { TriggerInput } from '../../generated/graphql.ts';
import { isWire } from './configured-steps.ts';

/** null: it has no due times of its own, or is not yet what could be asked about.
 *  @param anchor of an interval that names none, ISO 8601: when the scenario was made. */
export function triggerInput(wire: unknown, anchor: string | null): TriggerInput | null {
  if (!isWire(wire)) return null;
  const text = (key: string) => (typeof wire[key] === 'string' ? wire[key] : null);
  const [cron, interval] = [text('cron'), text('interval')];
  if (cron !== null) {
    const timezone = wire['timezone'] ?? null;
    return timezone === null || typeof timezone === 'string' ? { cron, timezone } : null;
  }
  if (interval !== null) return { interval, anchor: text('anchor') ?? anchor };
  return null;
}

/** The zone that a trigger names; null: it inherits one. */
export function zoneOf(wire: unknown): string | null {
  return isWire(wire) && typeof wire['timezone'] === 'string' ? wire['timezone'] : null;
}

/** Whether this browser can tell its clocks. One types a zone letter by letter. */
export function isKnownZone(zone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
