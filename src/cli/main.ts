/** From words to an exit code: finds the command, reads its options, runs it, tells what went wrong. */
import { parseArgs } from 'node:util';
import { findNearest } from '#domain/trigger/nearest.ts';
import { COMMON, wordLimits, type Command, type Context } from './command.ts';
import { commands } from './commands.ts';
import { CliError, EXIT, usageError } from './exit.ts';
import { commandHelp, programHelp } from './help.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import { openSession, type Session } from './session.ts';
import { readSettings } from './settings.ts';
import { tellError } from './tell-error.ts';

/** @param args the words after the program's name.
 *  @returns the exit code; never throws for what a person or an API did. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, rest] = split(args);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    return help(split(rest)[0], name === undefined, io);
  }
  const isJson = rest.includes('--json');
  try {
    const command = findCommand(name);
    const { values, positionals } = parse(command, rest);
    if (values['help']) {
      io.stdout.write(commandHelp(command, io.program));
      return EXIT.fine;
    }
    checkWords(command, positionals);
    return await command.run(contextOf(values, io), {
      values: values,
      words: positionals,
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const known = commands.some((each) => each.name === name);
    tellError(error, io, { isJson, command: known ? name : null });
    return error.exitCode;
  }
}

/** A command's name is a word, or two where the first one names what the second is about. */
function split(args: readonly string[]): [string | undefined, string[]] {
  const two = args.slice(0, 2).join(' ');
  return commands.some(({ name }) => name === two)
    ? [two, args.slice(2)]
    : [args[0], args.slice(1)];
}

function help(word: string | undefined, isAsked: boolean, io: Io): number {
  const command = commands.find(({ name }) => name === word);
  const text = command ? commandHelp(command, io.program) : programHelp(commands, io.program);
  (isAsked ? io.stderr : io.stdout).write(text);
  return isAsked ? EXIT.usage : EXIT.fine;
}

function findCommand(name: string): Command {
  const found = commands.find((each) => each.name === name);
  if (found) return found;
  if (name.startsWith('-')) throw usageError(`The command comes first, before ${name}.`);
  const names = commands.map((each) => each.name);
  const longer = names.filter((each) => each.startsWith(`${name} `));
  if (longer.length > 0)
    throw usageError(`${name} needs another word.`, `There are ${longer.join(', ')}.`);
  const nearest = findNearest(name, names);
  throw usageError(
    `There is no command "${name}".`,
    nearest ? `Did you mean "${nearest}"?` : `There are ${names.join(', ')}.`,
  );
}

function parse(command: Command, args: string[]) {
  const options = { ...COMMON, ...command.options };
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    const [, typed = ''] = /'--([\w-]+)'/.exec(message) ?? [];
    const nearest = code.endsWith('UNKNOWN_OPTION')
      ? findNearest(typed, Object.keys(options))
      : null;
    // Node's second sentence explains how to pass a word that begins with a dash: rarely what was meant.
    const [first] = message.split(/\.\s|\n/);
    throw usageError(`${first}.`, nearest && `Did you mean --${nearest}?`);
  }
}

function checkWords(command: Command, words: readonly string[]): void {
  const { min, max } = wordLimits(command);
  if (words.length < min) throw usageError(`${command.name} needs ${command.words}.`);
  if (words.length > max) {
    const takes = command.words ? `takes ${command.words} only` : 'takes no words';
    throw usageError(`${command.name} ${takes}; "${words[max]}" is too many.`);
  }
}

function contextOf(values: Record<string, unknown>, io: Io): Context {
  const out = createOutput(io, { json: values['json'] === true, utc: values['utc'] === true });
  let session: Session | null = null;
  return { io, out, session: () => (session ??= openSession(readSettings(values, io))) };
}
