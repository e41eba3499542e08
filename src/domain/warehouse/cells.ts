/** From Postgres's text of a value to what a card shows. */
import type { Cell, Column } from './warehouse.ts';

const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]);
const BOOLEAN = 16;
const DATE = 1082;
const TIMESTAMPS = new Set([1114, 1184]);

/** @param oid the type's number in pg_type; those of the built-in types are the same everywhere. */
export function columnType(oid: number): Column['type'] {
  if (NUMBERS.has(oid)) return 'number';
  if (oid === BOOLEAN) return 'boolean';
  if (oid === DATE) return 'date';
  return TIMESTAMPS.has(oid) ? 'timestamp' : 'text';
}

/** @param text as Postgres writes it with DateStyle ISO. */
export function cellOf(type: Column['type'], text: string | null): Cell {
  if (text === null) return null;
  if (type === 'boolean') return text === 't';
  if (type === 'number') return numberOf(text);
  return type === 'timestamp' ? timestampOf(text) : text;
}

// 15 digits are what a double surely keeps.
const MAX_DIGITS = 15;

function numberOf(text: string): number | string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  if (Number.isInteger(value)) return Number.isSafeInteger(value) ? value : text;
  const digits = text.replace(/e.*/i, '').replaceAll(/[-.]|^0+/g, '');
  // An average comes with 16 decimals or more; nobody misses the last.
  return digits.length <= MAX_DIGITS || text.includes('.') ? value : text;
}

/** `2026-11-25 14:30:00+07` → `2026-11-25T14:30:00+07:00`; what has no such form stays. */
function timestampOf(text: string): string {
  const parts =
    /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-]\d\d)(?::?(\d\d))?(?::\d\d)?)?$/.exec(
      text,
    );
  if (!parts) return text;
  const [, date, time, hours, minutes = '00'] = parts;
  return `${date}T${time}${hours === undefined ? '' : `${hours}:${minutes}`}`;
}
