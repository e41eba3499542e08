/** The help texts: of the program and of each command. */
import { COMMON, type Command, type Option, type Options } from './command.ts';

const EXITS = [
  [0, 'fine'],
  [1, 'the thing asked about is not so'],
  [2, 'wrong usage, or input that cannot be taken'],
  [3, 'no answer: cannot be reached, not signed in, not allowed'],
  [130, 'interrupted'],
] as const;

export function programHelp(commands: readonly Command[], program: string): string {
  const list = columns(
    commands.map(({ name, words, summary }) => [[name, words].filter(Boolean).join(' '), summary]),
  );
  return `${program} <command> [options]

Honeyframe Scheduler from the command line, through its documented API.

Commands
${list}

Every command
${optionLines(COMMON)}

Without an address, the one that runs in this folder (npm start) is asked, as its demo user.
${program} <command> --help shows a command’s options and examples.

Exit codes
${exitLines()}
`;
}

export function commandHelp(command: Command, program: string): string {
  const { name, words, summary, more, options = {}, examples, exitNot } = command;
  const usage = [program, name, words, '[options]'].filter(Boolean).join(' ');
  const parts = [
    `${usage}\n\n${summary}`,
    more,
    Object.keys(options).length > 0 && `Options\n${optionLines(options)}`,
    `Every command\n${optionLines(COMMON)}`,
    `Examples\n${examples.map(([line, does]) => `  # ${does}\n  ${line.replace(/^hf-scheduler/, program)}`).join('\n')}`,
    `Exit codes\n${exitLines(exitNot)}`,
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function exitLines(not?: string): string {
  const lines = EXITS.map(
    ([code, means]) => [String(code), code === 1 ? (not ?? means) : means] as const,
  );
  return columns(lines);
}

function optionLines(options: Options): string {
  return columns(
    Object.entries(options).map(([name, option]) => [optionForm(name, option), option.help]),
  );
}

function optionForm(name: string, { short, value, multiple }: Option): string {
  const long = `--${name}${value ? ` ${value}` : ''}${multiple ? ' …' : ''}`;
  return short ? `-${short}, ${long}` : long;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
