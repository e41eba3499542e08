/** Types of Parquet, and what becomes of their values. Decimals keep their digits, instants their microseconds. */
import type { ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet';
import type { Cell } from './connector-type.ts';
import { rawJson } from './raw-json.ts';

export type ParquetColumn = {
  readonly type: string;
  readonly cell: (value: unknown) => Cell;
};

/** The column of a top-level field.
 *  @param binaryAsText bytes that the file does not call text are text all the same. */
export function parquetColumn(field: SchemaTree, binaryAsText: boolean): ParquetColumn {
  const { element } = field;
  if (field.children.length > 0 || element.repetition_type === 'REPEATED') {
    return { type: 'jsonb', cell: toJson };
  }
  return scalar(element, binaryAsText);
}

const text: ParquetColumn = { type: 'text', cell: String };

function scalar(element: SchemaElement, binaryAsText: boolean): ParquetColumn {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (isDecimal(element)) return decimal(element);
  switch (logical?.type ?? converted) {
    case 'STRING':
    case 'ENUM':
    case 'UTF8':
      return text;
    case 'JSON':
      return { type: 'jsonb', cell: (value) => (value as JsonText).text };
    case 'UUID':
      return { type: 'uuid', cell: String };
    case 'DATE':
      return { type: 'date', cell: String };
    case 'FLOAT16':
      return { type: 'real', cell: String };
    case 'INTERVAL':
      return { type: 'interval', cell: interval };
    case 'GEOMETRY':
    case 'GEOGRAPHY':
      return { type: 'jsonb', cell: toJson };
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
    case 'TIMESTAMP':
      return logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC
        ? { type: 'timestamp', cell: String }
        : { type: 'timestamptz', cell: (value) => withZone(String(value)) };
    case 'TIME_MILLIS':
    case 'TIME_MICROS':
    case 'TIME':
      return timeOfDay(element);
    default:
      break;
  }
  switch (type) {
    case 'BOOLEAN':
      return { type: 'boolean', cell: String };
    case 'INT32':
    case 'INT64':
      return { type: integer(element), cell: String };
    case 'INT96':
      // What Impala and Spark wrote for instants.
      return { type: 'timestamptz', cell: (value) => withZone(String(value)) };
    case 'FLOAT':
      return { type: 'real', cell: String };
    case 'DOUBLE':
      return { type: 'double precision', cell: String };
    default:
      return binaryAsText
        ? { type: 'text', cell: (value) => DECODER.decode(value as Uint8Array) }
        : { type: 'bytea', cell: (value) => hex(value as Uint8Array) };
  }
}

export const isDecimal = ({ converted_type: converted, logical_type: logical }: SchemaElement) =>
  converted === 'DECIMAL' || logical?.type === 'DECIMAL';

function integer({ type, converted_type: converted, logical_type: logical }: SchemaElement) {
  const signed = logical?.type === 'INTEGER' ? logical.isSigned : !converted?.startsWith('UINT');
  const bits =
    logical?.type === 'INTEGER'
      ? logical.bitWidth
      : Number(/^U?INT_(\d+)$/.exec(converted ?? '')?.[1] ?? (type === 'INT32' ? 32 : 64));
  if (bits <= 8 || (bits === 16 && signed)) return 'smallint';
  if (bits === 16 || (bits === 32 && signed)) return 'integer';
  return bits === 32 || signed ? 'bigint' : 'numeric';
}

/** The file's own digits: as a double, those past the fifteenth would be lost. */
function decimal({ precision, scale, logical_type: logical }: SchemaElement): ParquetColumn {
  const digits = logical?.type === 'DECIMAL' ? logical.precision : (precision ?? 38);
  const places = logical?.type === 'DECIMAL' ? logical.scale : (scale ?? 0);
  return {
    type: `numeric(${digits},${places})`,
    cell: (value) => placed(unscaled(value), places),
  };
}

function unscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  if (value.length === 0) return 0n;
  return BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`));
}

function placed(value: bigint, places: number): string {
  if (places <= 0) return String(value);
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const point = digits.length - places;
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function timeOfDay({
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): ParquetColumn {
  const unit =
    logical?.type === 'TIME' ? logical.unit : converted === 'TIME_MILLIS' ? 'MILLIS' : 'MICROS';
  const micros = { MILLIS: 1000n, MICROS: 1n, NANOS: 1n }[unit];
  const nanos = unit === 'NANOS' ? 1000n : 1n;
  return {
    type: 'time',
    cell: (value) => clock((BigInt(value as number | bigint) * micros) / nanos),
  };
}

const SECOND = 1_000_000n;

function clock(micros: bigint): string {
  const two = (n: bigint) => String(n).padStart(2, '0');
  const seconds = micros / SECOND;
  const whole = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  const rest = micros % SECOND;
  return rest === 0n ? whole : `${whole}.${String(rest).padStart(6, '0')}`;
}

/** Months, days and milliseconds, four bytes each, the lowest first. */
function interval(value: unknown): Cell {
  const { buffer, byteOffset } = value as Uint8Array;
  const view = new DataView(buffer, byteOffset, 12);
  const [months, days, ms] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  return `${months} months ${days} days ${ms / 1000} seconds`;
}

const DECODER = new TextDecoder();
const hex = (value: Uint8Array) => `\\x${Buffer.from(value).toString('hex')}`;

/** JSON that a file has as text, as it is written there. */
class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text.replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');
  }
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** Lists, maps and structs: bytes as hex, large numbers with all their digits. */
const toJson = (value: unknown): Cell =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return rawJson(String(part));
    if (typeof part === 'string') return part.replaceAll('\0', '\uFFFD');
    return part instanceof Uint8Array ? hex(part) : part;
  });

/** How the library hands out what is more than a number or bytes. Points in time are in UTC. */
export const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms: bigint | number | null) =>
    ms == null ? ms : instant(BigInt(ms) * 1000n),
  timestampFromMicroseconds: (micros: bigint | null) =>
    micros == null ? micros : instant(BigInt(micros)),
  // Postgres keeps microseconds: what is finer is cut off.
  timestampFromNanoseconds: (nanos: bigint | null) =>
    nanos == null ? nanos : instant(floorDiv(BigInt(nanos), 1000n)),
  dateFromDays: (days: number | null) => (days == null ? days : day(days)),
  jsonFromBytes: (bytes: Uint8Array | null) =>
    bytes == null ? bytes : new JsonText(DECODER.decode(bytes)),
};

const floorDiv = (a: bigint, b: bigint) => (a >= 0n ? a / b : (a - b + 1n) / b);

function instant(micros: bigint): string {
  const days = floorDiv(micros, 86_400n * SECOND);
  const date = day(Number(days));
  if (date.endsWith('infinity')) return date;
  const [, ymd, era] = /^(\S+)(.*)$/.exec(date)!;
  return `${ymd} ${clock(micros - days * 86_400n * SECOND)}${era}`;
}

/** Days from 1970. Beyond the years that there are stands infinity, as others write it. */
function day(days: number): string {
  const date = new Date(days * 86_400_000);
  if (Number.isNaN(date.getTime())) return days > 0 ? 'infinity' : '-infinity';
  const year = date.getUTCFullYear();
  const rest = date.toISOString().slice(-20, -14);
  const written = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return `${written}${rest}${year > 0 ? '' : ' BC'}`;
}

const withZone = (point: string) =>
  point.endsWith('infinity') ? point : point.replace(/( BC)?$/, '+00$1');
