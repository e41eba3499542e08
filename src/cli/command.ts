/** What a command of the program is: its words, its help, and what it does. */
import type { parseArgs } from 'node:util';
import type { Io } from './io.ts';
import type { Output } from './output.ts';
import type { Session } from './session.ts';

export type Option = {
  readonly type: 'string' | 'boolean';
  readonly help: string;
  /** What stands for its value in the help. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly short?: string;
};

export type Options = Readonly<Record<string, Option>>;

type ParsedValues<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>['values'];

export type Context = {
  readonly io: Io;
  readonly out: Output;
  /** Opens the API when the command first needs it. @throws CliError when none is named. */
  session(): Session;
};

export type Command<O extends Options = Options> = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** As in `<slug>`, `[slug…]`, `<files…>`: how many words it takes follows from it. */
  readonly words?: string;
  /** More than the summary says. */
  readonly more?: string;
  readonly options?: O;
  /** Lines to copy, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** What its exit code 1 means, if it has one. */
  readonly exitNot?: string;
  /** @returns the exit code. */
  run(context: Context, given: { values: ParsedValues<O>; words: string[] }): Promise<number>;
};

/** Infers the options, so that `run` sees the type of each value. */
export function command<const O extends Options>(described: Command<O>): Command {
  return described;
}

/** What every command takes. */
export const COMMON = {
  url: { type: 'string', value: 'ADDRESS', help: 'the API; HF_URL' },
  token: {
    type: 'string',
    value: 'TOKEN',
    help: 'who asks; HF_TOKEN (others cannot see that one)',
  },
  project: { type: 'string', value: 'SLUG|ID', help: 'HF_PROJECT; else the token’s default' },
  json: { type: 'boolean', help: 'JSON on standard output, and nothing else there' },
  utc: { type: 'boolean', help: 'times in UTC instead of the local zone' },
  help: { type: 'boolean', short: 'h', help: 'this text' },
} as const satisfies Options;

/** How many words a command takes. */
export function wordLimits({ words = '' }: Pick<Command, 'words'>): { min: number; max: number } {
  const parts = words === '' ? [] : words.split(' ').filter((part) => /^[<[]/.test(part));
  return {
    min: parts.filter((part) => part.startsWith('<')).length,
    max: parts.some((part) => part.includes('…')) ? Infinity : parts.length,
  };
}
