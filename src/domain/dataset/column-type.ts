/** Which type a text is, and which type holds two of them: what turns CSV into typed columns.
 *
 *  integer < bigint < numeric, date < timestamptz, boolean; anything else, and any mixture of those families,
 *  is text. What would not come back as it was written stays text: leading zeros and plus signs (postcodes,
 *  telephone numbers), `12e5` (a product code as often as a number; `1.2e5` and `1e-05` are numbers), days in
 *  other orders than year-month-day, `yes` and `no` (Norway). Instants without an offset are UTC. */

export const INFERRED_TYPES = [
  'boolean',
  'integer',
  'bigint',
  'numeric',
  'date',
  'timestamptz',
  'text',
] as const;
export type InferredType = (typeof INFERRED_TYPES)[number];

const WIDER: Readonly<Record<InferredType, readonly InferredType[]>> = {
  boolean: [],
  integer: ['bigint', 'numeric'],
  bigint: ['numeric'],
  numeric: [],
  date: ['timestamptz'],
  timestamptz: [],
  text: [],
};

/** The narrowest type that holds both. It does not matter in which order values are seen. */
export function widen(a: InferredType, b: InferredType): InferredType {
  if (a === b || WIDER[b].includes(a)) return a;
  return WIDER[a].includes(b) ? b : 'text';
}

/** The narrowest type of one value. */
export function typeOf(text: string): InferredType {
  const first = text.charCodeAt(0);
  // Digit, minus or point: a number or a point in time. Otherwise nothing but a boolean is left.
  if (!isDigit(first) && first !== MINUS && first !== POINT) {
    return isBoolean(text) ? 'boolean' : 'text';
  }
  if (isInteger(text)) return 'integer';
  if (isBigint(text)) return 'bigint';
  if (isNumeric(text)) return 'numeric';
  if (isDate(text)) return 'date';
  return isTimestamp(text) ? 'timestamptz' : 'text';
}

/** Whether Postgres turns the text into a value of the type without loss. */
export const FITS: Readonly<Record<InferredType, (text: string) => boolean>> = {
  boolean: isBoolean,
  integer: isInteger,
  bigint: isBigint,
  numeric: isNumeric,
  date: isDate,
  timestamptz: (text) => isTimestamp(text) || isDate(text),
  text: () => true,
};

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const isDigit = (code: number) => code >= 48 && code <= 57;

function isBoolean(text: string): boolean {
  return (text.length === 4 || text.length === 5) && /^(?:true|false)$/i.test(text);
}

function isInteger(text: string): boolean {
  return isWhole(text, 10, '2147483647', '2147483648');
}

function isBigint(text: string): boolean {
  return isWhole(text, 19, '9223372036854775807', '9223372036854775808');
}

/** Digits without leading zeros, within the bounds. Loops rather than matches: this runs for every value. */
function isWhole(text: string, digits: number, most: string, least: string): boolean {
  const from = text.charCodeAt(0) === MINUS ? 1 : 0;
  const count = text.length - from;
  if (count === 0 || count > digits) return false;
  if (text.charCodeAt(from) === ZERO) return text === '0';
  for (let i = from; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false;
  // Of equal length, so the order of texts is that of numbers.
  return count < digits || (from === 1 ? text.slice(1) <= least : text <= most);
}

const NUMERIC = /^-?(?:0|[1-9]\d*)?(?:\.\d+)?$/;
// An exponent only with a point before it or a sign inside it.
const SCIENTIFIC = /^-?(?:(?:0|[1-9]\d*)?\.\d+[eE][+-]?\d{1,3}|[1-9]\d*[eE][+-]\d{1,3})$/;
// Postgres takes 131,072 digits; nobody means that.
const MAX_NUMERIC_LENGTH = 1000;

function isNumeric(text: string): boolean {
  if (text.length > MAX_NUMERIC_LENGTH || !isDigit(text.charCodeAt(text.length - 1))) return false;
  return NUMERIC.test(text) || SCIENTIFIC.test(text);
}

function isDate(text: string): boolean {
  return text.length === 10 && /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text);
}

const TIMESTAMP =
  /^\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?: ?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?))?$/;

function isTimestamp(text: string): boolean {
  return text.length >= 16 && TIMESTAMP.test(text) && isDay(text);
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the first ten characters, digits already, are a day that exists. The year 0 does not. */
function isDay(text: string): boolean {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return year > 0 && day > 0 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}
