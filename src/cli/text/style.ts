/** Colours, where the terminal shows them and nobody has asked for none (NO_COLOR). */
import { styleText } from 'node:util';
import type { TextStream } from '../io.ts';

export type Format = Parameters<typeof styleText>[0];
export type Paint = (format: Format, text: string) => string;

export function painter(
  stream: TextStream,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const colours = forced || (stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
  return (format, text) =>
    colours && text !== '' ? styleText(format, text, { validateStream: false }) : text;
}

const OF_STATE: Readonly<Record<string, Format>> = {
  SUCCEEDED: 'green',
  FAILED: 'red',
  CANCELLED: 'yellow',
  ROLLED_BACK: 'yellow',
  RUNNING: 'cyan',
  QUEUED: 'blue',
  WAITING: 'blue',
  PENDING: 'dim',
  SKIPPED: 'dim',
  REUSED: 'dim',
  ACTIVE: 'green',
  PAUSED: 'yellow',
  DISABLED: 'dim',
  BROKEN: 'red',
  GREEN: 'green',
  AMBER: 'yellow',
  RED: 'red',
};

/** The colour of a state of a run, a step, a scenario or the scheduler. */
export const colourOf = (state: string): Format => OF_STATE[state.toUpperCase()] ?? 'reset';

/** `ROLLED_BACK` → `rolled back`, as people read states. */
export const stateText = (state: string): string => state.toLowerCase().replaceAll('_', ' ');
