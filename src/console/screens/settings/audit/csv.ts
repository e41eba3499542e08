/** Entries as a table for spreadsheets: RFC 4180, one line an entry. */
import type { Entry } from './resource.ts';

const COLUMNS = [
  ['at', ({ at }) => at],
  ['who', ({ user }) => user?.name ?? ''],
  ['email', ({ user }) => user?.email ?? ''],
  ['action', ({ action }) => action],
  ['resource_type', ({ resourceType }) => resourceType],
  ['resource_id', ({ resourceId }) => resourceId],
  ['before', ({ before }) => jsonOf(before)],
  ['after', ({ after }) => jsonOf(after)],
  ['address', ({ address }) => address ?? ''],
] as const satisfies readonly (readonly [string, (entry: Entry) => string])[];

const jsonOf = (value: unknown) =>
  value === null || value === undefined ? '' : JSON.stringify(value);

/** Spreadsheets take what begins so for a formula, and a name may be anybody's. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(entries: readonly Entry[]): string {
  const lines = [
    COLUMNS.map(([name]) => name),
    ...entries.map((entry) => COLUMNS.map(([, read]) => cell(read(entry)))),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
