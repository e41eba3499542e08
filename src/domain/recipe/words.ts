/** A build in words: a line for each node, the reason of a failure with the node and what was said of it first. */
import { hasFailed, type BuiltNode } from './build-nodes.ts';

/** `orders: 1,200 rows in 0.3 s`, one line. */
export function lineOf(node: BuiltNode): string {
  const { name, type, status, rows, seconds, message } = node;
  const what = type === 'model' ? name : `${type} ${name}`;
  const [first = ''] = sayings(message);
  if (status === 'running') return `${what}: started`;
  if (status === 'skipped') return `${what}: ${message ?? 'skipped'}`;
  if (hasFailed(node)) return `${what}: ${status}: ${first || 'dbt does not say why'}`;
  const how = [
    status === 'success' ? 'built' : status,
    rows === null || type === 'test' ? '' : `, ${rows} row${rows === 1 ? '' : 's'}`,
    seconds === null ? '' : ` in ${seconds.toFixed(1)} s`,
    status === 'warn' && first ? `: ${first}` : '',
  ];
  return `${what}: ${how.join('')}`;
}

const MAX_TOLD = 3;
const MAX_REASON = 2_000;

/** @returns null when none failed. */
export function reasonOf(nodes: readonly BuiltNode[]): string | null {
  const failed = nodes.filter(hasFailed);
  if (failed.length === 0) return null;
  const told = failed.slice(0, MAX_TOLD).map(({ type, name, file, message }) => {
    const words = sayings(message).join('\n  ') || 'dbt does not say why';
    return `${capital(type)} ${name}${file === null ? '' : ` (${file})`}: ${words}`;
  });
  const more = failed.length - told.length;
  if (more > 0) told.push(`${more} more failed.`);
  const skipped = nodes.filter(({ status }) => status === 'skipped').length;
  if (skipped > 0)
    told.push(`${skipped} that read from what failed ${skipped === 1 ? 'was' : 'were'} skipped.`);
  return told.join('\n').slice(0, MAX_REASON);
}

// `Database Error in model bad (models/bad.sql)`: told in our own words.
const HEADING = /^[\w ]+ in \w+ \S+ \([^)]*\)$/;

// Under a line of SQL it shows a place; without the blanks before it none.
const MARK = '^';

function sayings(message: string | null): string[] {
  const lines = (message ?? '').split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && line !== MARK && !HEADING.test(line));
}

const PASSING =
  /could not connect|connection|server closed|terminated|deadlock|too many clients|timeout|starting up|shutting down/i;

/** Whether another try may succeed although nobody has done anything. */
export const mayPass = (reason: string): boolean => PASSING.test(reason);

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
