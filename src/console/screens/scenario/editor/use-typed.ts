/** A text field over a value that is not text: what is typed stays as typed for as long as it means the value. */
import { useState } from 'react';
import { isSame } from './configuration.ts';

export function useTyped(
  value: unknown,
  format: (value: unknown) => string,
  parse: (text: string) => unknown,
): readonly [string, (text: string) => unknown] {
  const [typed, setTyped] = useState<string | null>(null);
  const isKept = typed !== null && isSame(parse(typed), value);
  const change = (text: string) => {
    setTyped(text);
    return parse(text);
  };
  return [isKept ? typed : format(value), change];
}

/** Anything as one line. */
export function showPlain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export const parseText = (text: string): unknown => (text === '' ? undefined : text);

/** A number where it is one; what is none yet, or a template, stays text, and the server says what is wrong. */
export function parseNumber(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : text;
}

export const showList = (value: unknown): string =>
  Array.isArray(value) ? value.map(showPlain).join(', ') : showPlain(value);

/** @param number whether an entry of digits alone is a number. */
export function parseList(text: string, number: boolean): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  // A template in the place of the whole list.
  if (/^\{\{[^,]*\}\}$/.test(trimmed)) return trimmed;
  const parts = text.split(',').map((part) => part.trim());
  const entries = parts.filter((part) => part !== '');
  return entries.map((part) => (number && /^\d+$/.test(part) ? Number(part) : part));
}
