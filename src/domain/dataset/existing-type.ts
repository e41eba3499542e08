/** Whether what comes in fits the type that a column of the warehouse already has. */
import { FITS } from './column-type.ts';

/** `numeric(10,2)` → `numeric`, `character varying(20)` → `character varying`. */
const family = (type: string) => type.replace(/\(.*?\)/, '');

/** To which further types a declared type may be turned without loss. Everything turns into text. */
const WIDENS: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric', 'real', 'double precision'],
  integer: ['bigint', 'numeric', 'double precision'],
  bigint: ['numeric'],
  real: ['double precision'],
  date: ['timestamp', 'timestamptz'],
};

/** Whether every value of the type `incoming` can be kept in a column of the type `existing`. */
export function holds(existing: string, incoming: string): boolean {
  const to = family(existing);
  const from = family(incoming);
  if (from === to) return roomy(existing, incoming);
  return to === 'text' || (WIDENS[from]?.includes(to) ?? false);
}

/** Whether digits of the one have a place in the other: `numeric(10,2)` has none for the third after the point, and a
 *  cast would round it off without a word. */
function roomy(existing: string, incoming: string): boolean {
  const to = /\((\d+)(?:,(-?\d+))?\)/.exec(existing);
  if (to === null) return true;
  const from = /\((\d+)(?:,(-?\d+))?\)/.exec(incoming);
  if (family(existing) !== 'numeric') {
    // Of points in time it is how fine they are: microseconds where nothing is said.
    return !existing.startsWith('time') || Number(from?.[1] ?? 6) <= Number(to[1]);
  }
  if (from === null) return false;
  const [digits, places] = [Number(to[1]), Number(to[2] ?? 0)];
  const [fromDigits, fromPlaces] = [Number(from[1]), Number(from[2] ?? 0)];
  return fromPlaces <= places && fromDigits - fromPlaces <= digits - places;
}

type Check = (text: string) => boolean;

const isNumber: Check = (text) => FITS.numeric(text);
const isPoint: Check = (text) => FITS.timestamptz(text);
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const CHECKS: Readonly<Record<string, Check>> = {
  smallint: (text) => FITS.integer(text) && Math.abs(Number(text)) <= 32_767,
  integer: FITS.integer,
  bigint: FITS.bigint,
  numeric: isNumber,
  real: isNumber,
  'double precision': isNumber,
  boolean: FITS.boolean,
  date: FITS.date,
  timestamptz: isPoint,
  timestamp: isPoint,
  uuid: (text) => UUID.test(text),
  json: isJson,
  jsonb: isJson,
};

/** The check of a text against a column's type; null where every text fits, or where only the database can
 *  tell (it then ends the sync with its own words). */
export function checkFor(type: string): Check | null {
  const length = /^character(?: varying)?\((\d+)\)$/.exec(type);
  // Postgres counts characters; a cast would cut the rest off without a word.
  if (length) {
    const most = Number(length[1]);
    return (text) => text.length <= most || Array.from(text).length <= most;
  }
  return CHECKS[family(type)] ?? null;
}
