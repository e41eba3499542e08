/** Values of options, read or refused. */
import { usageError } from './exit.ts';
import { readInstant } from './text/time.ts';

/** @throws CliError for what is no whole number between the two. */
export function readWhole(
  name: string,
  text: string | undefined,
  { least, most, fallback }: { least: number; most: number; fallback: number },
): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw usageError(`--${name} is a whole number from ${least} to ${most}; "${text}" is not.`);
}

/** One of some words, in any case. @throws CliError that lists them. */
export function readChoice(name: string, text: string, choices: readonly string[]): string {
  const value = text.toUpperCase().replaceAll('-', '_');
  if (choices.includes(value)) return value;
  throw usageError(`--${name} is one of ${choices.join(', ').toLowerCase()}; "${text}" is not.`);
}

/** An instant: ISO 8601, a local date or time, or a length of time from now.
 *  @throws CliError with examples. */
export function readWhen(name: string, text: string, zone: string): string {
  const instant = readInstant(text, zone, Temporal.Now.instant());
  if (instant !== null) return instant;
  throw usageError(
    `--${name} is an instant; "${text}" is not.`,
    `Write 2026-01-31T02:00:00Z, 2026-01-31 or "2026-01-31 02:00" (${zone}), or 2h for two hours from now.`,
  );
}

/** `k=v` words as parameters. A value that is JSON (a number, true, "text", a list) is that; any other is text.
 *  @throws CliError for a word without `=`. */
export function readParams(words: readonly string[], name = 'param'): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw usageError(`--${name} is name=value; "${word}" is not.`);
      return [word.slice(0, at), readValue(word.slice(at + 1))];
    }),
  );
}

function readValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // A number of more digits than a number keeps, such as an order's, is text.
    const isInexact = typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
    return isInexact ? text : value;
  } catch {
    return text;
  }
}

/** A run's number, also as `Run:1234`. @throws CliError. */
export function readRunId(text: string): number {
  const [, digits] = /^(?:Run:)?(\d{1,15})$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits);
  throw usageError(`A run is told by its number, as in 1234; "${text}" is none.`);
}
