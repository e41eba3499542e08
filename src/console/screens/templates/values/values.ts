/** What a project gives to a template: which values are to be sent, and the trigger that comes of them. */
import { isRecord } from '../../scenario/editor/configuration.ts';

export type Values = Readonly<Record<string, unknown>>;

/** @param given what was given before. A field that was emptied takes the default again. */
export function toSend(given: Values, typed: Values): Values {
  const names = new Set([...Object.keys(given), ...Object.keys(typed)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = typed[name];
      if (value !== undefined) return [[name, value]];
      return Object.hasOwn(given, name) ? [[name, null]] : [];
    }),
  );
}

const REFERENCE = /\{\{\s*param\.([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;

/** The parameters that a text, or anything that holds texts, names. */
export function parametersIn(wire: unknown): Set<string> {
  const text = JSON.stringify(wire ?? null);
  return new Set([...text.matchAll(REFERENCE)].map(([, name]) => name!));
}

/** A trigger with values in the place of its parameters; what has none leaves its field out. */
export function filledTrigger(wire: unknown, valueOf: (name: string) => unknown): unknown {
  if (!isRecord(wire)) return null;
  return Object.fromEntries(
    Object.entries(wire).flatMap(([key, value]) => {
      if (typeof value !== 'string') return [[key, value]];
      let isMissing = false;
      const filled = value.replace(REFERENCE, (_, name: string) => {
        const found = valueOf(name);
        isMissing ||= found === undefined || found === null || found === '';
        return String(found);
      });
      return isMissing ? [] : [[key, filled]];
    }),
  );
}
