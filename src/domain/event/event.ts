/** One fact about a run, in the past tense, numbered within the run in the order of commits. */
import type { Json } from '../step/kind.ts';

export const EVENT_TYPES = [
  'run.queued',
  'run.started',
  'run.handed_over',
  'run.late',
  'run.cancel_requested',
  'run.finished',
  'step.started',
  'step.progress',
  'step.retrying',
  'step.finished',
  'attempt.lost',
  'log',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export type RunEvent = {
  readonly type: EventType;
  readonly payload: { readonly [key: string]: Json | undefined };
};

// What jsonb refuses although JSON can spell it: NUL (22P05) and half a surrogate pair (22P02).
const REFUSED_ESCAPE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;
// oxlint-disable-next-line no-control-regex -- NUL is what is looked for
const REFUSED = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** JSON text that jsonb takes whatever the value holds: NUL and lone surrogates are written out as the six
 *  characters of their escape, so that a person sees them. */
export function toJsonb(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (!REFUSED_ESCAPE.test(text)) return text;
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? toText(part) : isRecord(part) ? withTextKeys(part) : part,
  );
}

/** Text that a text column takes, in the same way. */
export function toText(text: string): string {
  return text.replaceAll(REFUSED, (bad) => `\\u${bad.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withTextKeys(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, part]) => [toText(key), part]));
}
