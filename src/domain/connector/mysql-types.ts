/** Types of MySQL and MariaDB, and what becomes of their values. Nothing is rounded and nothing is guessed. */
import mysql from 'mysql2';
import type { Cell } from './connector-type.ts';

export type MysqlField = {
  readonly name: string;
  readonly columnType?: number | undefined;
  readonly columnLength?: number | undefined;
  readonly characterSet?: number | undefined;
  readonly flags: number | string[];
  /** MariaDB's word for what it sends as another type. */
  readonly extendedFormat?: string | undefined;
  readonly extendedTypeName?: string | undefined;
};

/** How a column travels: the type here, how its SELECT is written, and how its value becomes text. */
export type MysqlColumn = {
  readonly name: string;
  readonly type: string;
  readonly select: (column: string) => string;
  readonly binary: boolean;
  /** @throws RangeError for a value that has no place here; its message says why. */
  readonly cell: (value: string | Buffer) => Cell;
};

const { Types } = mysql;
const UNSIGNED = 32;
const BINARY_CHARSET = 63;

const asText = (value: string | Buffer) => String(value);
const asBytes = (value: string | Buffer) => `\\x${(value as Buffer).toString('hex')}`;
const bare = (column: string) => column;

export function mysqlColumn(field: MysqlField): MysqlColumn {
  const { name } = field;
  const kind = kindOf(field);
  return { name, select: bare, binary: false, cell: asText, ...kind };
}

type Kind = Pick<MysqlColumn, 'type'> & Partial<MysqlColumn>;

function kindOf(field: MysqlField): Kind {
  const unsigned = (Number(field.flags) & UNSIGNED) !== 0;
  switch (field.columnType) {
    case Types.TINY:
    case Types.YEAR:
      return { type: 'smallint' };
    case Types.SHORT:
      return { type: unsigned ? 'integer' : 'smallint' };
    case Types.INT24:
      return { type: 'integer' };
    case Types.LONG:
      return { type: unsigned ? 'bigint' : 'integer' };
    case Types.LONGLONG:
      return { type: unsigned ? 'numeric' : 'bigint' };
    case Types.DECIMAL:
    case Types.NEWDECIMAL:
      return { type: 'numeric' };
    case Types.FLOAT:
      // As it is, the server sends six digits of it; as a double it sends all that there are.
      return { type: 'real', select: (column) => `(${column} + 0e0)` };
    case Types.DOUBLE:
      return { type: 'double precision' };
    case Types.BIT:
      return field.columnLength === 1
        ? { type: 'boolean', binary: true, cell: (value) => String(bits(value) === 1n) }
        : { type: 'numeric', binary: true, cell: (value) => String(bits(value)) };
    case Types.DATE:
    case Types.NEWDATE:
      return { type: 'date', cell: pointInTime };
    case Types.DATETIME:
      return { type: 'timestamp', cell: pointInTime };
    case Types.TIMESTAMP:
      return { type: 'timestamptz', cell: (value) => withZone(pointInTime(value)) };
    case Types.TIME:
      // From -838 to 838 hours: a span, not a time of the day.
      return { type: 'interval' };
    case Types.JSON:
      return { type: 'jsonb', cell: json };
    case Types.GEOMETRY:
      return { type: 'text', select: (column) => `ST_AsText(${column})` };
    default:
      return textual(field);
  }
}

function textual(field: MysqlField): Kind {
  if (field.extendedFormat === 'json') return { type: 'jsonb', cell: json };
  if (field.extendedTypeName === 'uuid') return { type: 'uuid' };
  const isBinary = field.characterSet === BINARY_CHARSET && field.columnType !== Types.NULL;
  return isBinary ? { type: 'bytea', binary: true, cell: asBytes } : { type: 'text' };
}

const bits = (value: string | Buffer) => BigInt(`0x${(value as Buffer).toString('hex') || '0'}`);

/** MySQL's zero date stands for none; a date of which only a part is zero is no date anywhere else. */
function pointInTime(value: string | Buffer): Cell {
  const text = String(value);
  if (text.startsWith('0000-00-00')) return null;
  if (/^\d{4}-(?:00|\d\d-00)|^0000/.test(text)) throw new RangeError(`${text} is no date`);
  return text;
}

const withZone = (cell: Cell) => (cell === null ? null : `${cell}+00`);

// Postgres keeps no NUL, not even an escaped one.
const json = (value: string | Buffer) =>
  String(value).replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');
