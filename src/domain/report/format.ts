/** How numbers and dates of a card are written: by its unit and decimals, in the report's language and zone. */
import type { Cell, Column } from '../dashboard/view.ts';

export type Format = {
  /** `$1,234.50`, `12.3%`, `18 min` */
  readonly value: (value: number) => string;
  /** For axes and narrow places: `1.2M`; a unit that is neither money nor per cent is left to the title. */
  readonly short: (value: number) => string;
  /** @param digits after the point of a number; default as many as it has, 4 at most. */
  readonly cell: (cell: Cell, column: Column, digits?: number) => string;
  /** The unit, where `short` leaves it out. */
  readonly unit: string | null;
};

export type FormatOptions = {
  readonly unit?: string | undefined;
  readonly decimals?: number | undefined;
  readonly locale: string;
};

export const NO_VALUE = '–';
/** Days and months in English as Europe writes them: 16 Nov 2026. */
export const LOCALE = 'en-GB';

// Beyond trillions there is no shorter name: 1.2E29.
const BEYOND_NAMES = 1e15;
const TOO_LONG = 1e21;

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
/** 20261116 or 4711 is no amount under such a name. */
export const IS_NAME = /(^|_)(id|no|number|year|sku|code|zip)$/i;
const DAY = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?/;

export function createFormat({ unit, decimals, locale }: FormatOptions): Format {
  const currency = unit !== undefined && CURRENCIES.has(unit) ? unit : undefined;
  const money = currency !== undefined && {
    style: 'currency' as const,
    currency,
    currencyDisplay: 'narrowSymbol' as const,
  };
  const digits = (size: number) =>
    decimals !== undefined
      ? { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
      : money && size < 1000 && size % 1 !== 0
        ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
        : { minimumFractionDigits: 0, maximumFractionDigits: money || size >= 1000 ? 0 : 2 };
  const plain = (value: number) =>
    Math.abs(value) >= TOO_LONG
      ? compact(value)
      : numberFormat(locale, { ...money, ...digits(Math.abs(value)) }).format(value);
  const compact = (value: number) =>
    numberFormat(locale, {
      ...money,
      notation: Math.abs(value) >= BEYOND_NAMES ? 'scientific' : 'compact',
      minimumFractionDigits: 0,
      maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1,
    }).format(value);
  const percent = unit === '%' ? '%' : '';
  const after = currency !== undefined || unit === undefined ? '' : percent || ` ${unit}`;
  return {
    value: (value) => plain(value) + after,
    short: (value) => compact(value) + percent,
    cell: (cell, column, digits = decimals) =>
      formatCell(cell, column, { locale, decimals: digits }),
    unit: currency !== undefined || percent || unit === undefined ? null : unit,
  };
}

type CellOptions = {
  readonly locale: string;
  readonly decimals: number | undefined;
};

function formatCell(cell: Cell, { name, type }: Column, { locale, decimals }: CellOptions): string {
  if (cell === null) return NO_VALUE;
  if (type === 'boolean') return cell === true || cell === 'true' || cell === 't' ? 'yes' : 'no';
  if (type === 'number') {
    const digits =
      decimals === undefined
        ? { maximumFractionDigits: 4 }
        : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const useGrouping = !IS_NAME.test(name);
    // As a text it may be longer than a double holds; Intl reads such numerals exactly.
    const number = cell as number & Intl.StringNumericLiteral;
    return numberFormat(locale, { ...digits, useGrouping }).format(number);
  }
  if (type === 'date' || type === 'timestamp') {
    const at = toDate(String(cell));
    if (at === null) return String(cell);
    return dateFormat(locale, 'UTC', type === 'timestamp').format(at);
  }
  return String(cell);
}

/** A cell's day or time of day as if it were in UTC, so that it is written as it was read: the warehouse answers in
 *  the clock of the asked zone. Null for what is no date, such as `infinity`. */
export function toDate(text: string): Date | null {
  const [, day, time = '00:00'] = DAY.exec(text) ?? [];
  const at = new Date(`${day}T${time}Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}

export function formatTime(at: Date, locale: string, zone: string): string {
  return dateFormat(locale, zone, true).format(at);
}

const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

// Making one takes 50 µs, and a table has a thousand cells.
function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let format = numberFormats.get(key);
  if (!format) numberFormats.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format;
}

function dateFormat(locale: string, timeZone: string, withTime: boolean): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${withTime}`;
  let format = dateFormats.get(key);
  if (!format) {
    const time = withTime && { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
    format = new Intl.DateTimeFormat(locale, {
      timeZone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      ...(time as Intl.DateTimeFormatOptions),
    });
    dateFormats.set(key, format);
  }
  return format;
}
