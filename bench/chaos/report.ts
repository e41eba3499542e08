/** The verdict for people. */
import type { Verdict } from './check/check.ts';
import type { History } from './history.ts';

// Per check: enough to begin with, and the rest is counted.
const SHOWN = 20;

export function reportText({ checks, rows, met }: Verdict, history: History): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = [
    `seed ${history.seed}, driven ${Math.round((history.endedMs - history.startedMs) / 1000)} s`,
    `did: ${list(history.actions)}`,
    `rows: ${list(rows)}`,
    `met: ${list(met)}`,
    '',
    ...checks.map(
      ({ name, examined, violations }) =>
        `${violations.length === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(width)} ${String(examined).padStart(9)} examined` +
        (violations.length === 0 ? '' : `, ${violations.length} violations`),
    ),
  ];
  for (const { name, violations } of checks) {
    if (violations.length === 0) continue;
    lines.push('', name, ...violations.slice(0, SHOWN).map((words) => `  ${words}`));
    if (violations.length > SHOWN) lines.push(`  and ${violations.length - SHOWN} more`);
  }
  return `${lines.join('\n')}\n`;
}

const list = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
