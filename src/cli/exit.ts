/** How the program ends: codes fit for CI, and errors that carry one. */

export const EXIT = {
  /** What was asked for is done, or true. */
  fine: 0,
  /** The thing asked about is not so: the run failed, there are differences, the scheduler is red. */
  not: 1,
  /** Wrong usage, or input that cannot be taken. */
  usage: 2,
  /** No answer: the API cannot be reached, refuses the token, forbids it, or is broken itself. */
  noAnswer: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** One thing wrong with what was sent, in the API's words. */
export type Problem = {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly value?: unknown;
};

/** Ends the program with a message for a person. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** As the API spells it, or one of ours: for --json. */
  readonly code: string;
  readonly problems: readonly Problem[];
  /** What to do about it. */
  readonly remedy: string | null;

  constructor(
    exitCode: number,
    code: string,
    message: string,
    { problems = [], remedy = null, cause }: CliErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
    this.code = code;
    this.problems = problems;
    this.remedy = remedy;
  }
}

type CliErrorOptions = {
  readonly problems?: readonly Problem[] | undefined;
  readonly remedy?: string | null;
  readonly cause?: unknown;
};

/** The command line itself cannot be understood. */
export function usageError(message: string, remedy: string | null = null): CliError {
  return new CliError(EXIT.usage, 'USAGE', message, { remedy });
}
