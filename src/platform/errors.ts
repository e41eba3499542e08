/** Expected refusals, as values that every surface can map: a code, the places, the values, the remedy.
 *  Anything thrown that is not a DomainError is a surprise: surfaces log it and answer with a request id. */

/** One thing wrong with an input: where it is, what is wrong and how to mend it, and what was found there. */
export type Problem = {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly value?: unknown;
};

/** Every code that a surface may have to map. A new one needs a line in each surface's table, which a test walks. */
export const ERROR_CODES = [
  'VALIDATION',
  'NOT_FOUND',
  'FORBIDDEN',
  'UNAUTHENTICATED',
  'CONFLICT',
  'RATE_LIMITED',
  'TRIGGER_CONFIG',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  /** Facts that a surface may show: the missing permission, the offending configuration, seconds to wait. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      problems?: readonly Problem[];
      facts?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
    this.facts = options.facts ?? {};
  }
}

/** A refusal that lists all problems at once, so that a caller mends them in one go. */
export function invalid(problems: readonly Problem[]): DomainError {
  const [first] = problems;
  const message =
    problems.length === 1 && first
      ? tellProblem(first)
      : `${problems.length} problems: ${problems.map(tellProblem).join('; ')}`;
  return new DomainError('VALIDATION', message, { problems });
}

// What is wrong with the whole has no place.
const tellProblem = ({ path, message }: Problem) =>
  path.length === 0 ? message : `${formatPath(path)}: ${message}`;

/** `["steps", 0, "config", "dataset"]` → `steps[0].config.dataset`, the form that people read. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`,
    '',
  );
}
