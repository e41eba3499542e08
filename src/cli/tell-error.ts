/** An error for a person, on standard error; with --json also for a program, on standard output. */
import { formatPath } from '#platform/errors.ts';
import type { CliError, Problem } from './exit.ts';
import type { Io } from './io.ts';
import { painter } from './text/style.ts';
import { clean } from './text/width.ts';

export function tellError(
  error: CliError,
  io: Io,
  { isJson, command }: { readonly isJson: boolean; readonly command: string | null },
): void {
  const paint = painter(io.stderr, io.env);
  const { code, message, problems, remedy } = error;
  if (isJson) {
    const details = problems.map(({ path, message: text, value }) => ({
      path,
      message: text,
      value: value ?? null,
    }));
    io.stdout.write(`${JSON.stringify({ error: code.toLowerCase(), message, details })}\n`);
  }
  const lines =
    problems.length > 0
      ? problems.map((problem) => problemLine(problem))
      : [clean(message), ...(remedy === null ? [] : [remedy])];
  io.stderr.write(`${paint('red', 'error')} ${lines.join('\n      ')}\n`);
  if (code === 'USAGE') {
    io.stderr.write(`      ${io.program} ${command === null ? '' : `${command} `}--help\n`);
  }
}

/** `steps[0].dataset: there is no dataset "order" (found "order")`. */
export function problemLine({ path, message, value }: Problem): string {
  const place = path.length > 0 ? `${formatPath(readable(path))}: ` : '';
  return clean(`${place}${message}${foundText(value, message)}`);
}

/** What was found, where the message does not say it anyway. */
export function foundText(value: unknown, message: string): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === '' || message.includes(text)) return '';
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return ` (found ${typeof value === 'string' ? JSON.stringify(short) : short})`;
}

/** GraphQL sends positions in lists as text. */
const readable = (path: Problem['path']) =>
  path.map((part) => (typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part));
