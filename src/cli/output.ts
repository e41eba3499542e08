/** What a command says: results on standard output, everything else on standard error, so that results can be
 *  piped. With --json standard output carries JSON and nothing else. */
import type { Io } from './io.ts';
import { formatClock, formatInstant } from './text/time.ts';
import { painter, type Paint } from './text/style.ts';
import { tableLines, type Column } from './text/table.ts';
import { widthOf } from './text/width.ts';

export type Output = {
  readonly isJson: boolean;
  /** For standard output. */
  readonly paint: Paint;
  /** The zone in which times are told. */
  readonly zone: string;
  /** Of the terminal; Infinity where standard output is none. */
  readonly columns: number;
  /** A line of the result. */
  line(text?: string): void;
  /** A remark beside the result. */
  note(text: string): void;
  /** One JSON document, the whole result. */
  document(value: unknown): void;
  /** One line of many. */
  jsonLine(value: unknown): void;
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void;
  /** `2026-11-23 14:05:09`, or `–` for null. */
  time(instant: string | null): string;
  clock(instant: string): string;
};

export function createOutput(io: Io, { json = false, utc = false }): Output {
  const paint = painter(io.stdout, io.env);
  const paintNote = painter(io.stderr, io.env);
  const zone = utc ? 'UTC' : Temporal.Now.timeZoneId();
  const columns = io.stdout.isTTY ? (io.stdout.columns ?? 80) : Infinity;
  const line = (text = '') => void io.stdout.write(`${text}\n`);
  return {
    ...{ isJson: json, paint, zone, columns, line },
    note: (text) => void io.stderr.write(`${paintNote('dim', text)}\n`),
    document: (value) => line(JSON.stringify(value, null, 2)),
    jsonLine: (value) => line(JSON.stringify(value)),
    table(rows, described) {
      const title = (text: string) => paint('bold', text);
      for (const text of tableLines(rows, described, columns, title)) line(text);
    },
    time: (instant) => (instant === null ? '–' : formatInstant(instant, zone)),
    clock: (instant) => formatClock(instant, zone),
  };
}

/** Lines of `name  value`, the values below each other. */
export function pairs(paint: Paint, entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...entries.map(([name]) => widthOf(name)));
  return entries.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${value}`);
}
