/** A template's trigger in words. What is a gap stays as it is written. */
import type { Json } from '#domain/step/kind.ts';
import { describeTrigger } from '#domain/trigger/describe-trigger.ts';
import { parseTrigger } from '#domain/trigger/parse-trigger.ts';

/** `at 02:00 every day, {{ param.zone }}`. */
export function describeTemplateTrigger(wire: Json): string {
  const words = wordsOf(wire);
  if (words !== null) return words;
  if (typeof wire !== 'object' || wire === null) return String(wire);
  const { cron, timezone, interval, upstream } = wire as { readonly [name: string]: Json };
  if (cron !== undefined) {
    const times = wordsOf({ cron }) ?? `cron "${text(cron)}"`;
    return timezone === undefined ? times : `${times}, ${text(timezone)}`;
  }
  return interval === undefined ? `after ${text(upstream ?? '')}` : `every ${text(interval)}`;
}

/** null where it cannot be read without the values. */
function wordsOf(wire: Json): string | null {
  const { trigger, problems } = parseTrigger(wire, ['trigger']);
  return problems.length === 0 ? describeTrigger(trigger) : null;
}

const text = (value: Json) => (Array.isArray(value) ? value.join(', ') : String(value));
