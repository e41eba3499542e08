/** What differs between two configurations: field by field, steps told apart by their names. */
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { Paint } from '../text/style.ts';
import { clean, fit } from '../text/width.ts';
import type { Configuration } from './plan.ts';

export type Change = {
  /** As in `trigger.cron`, `steps[load].dataset`. */
  readonly at: string;
  /** undefined: it was not there, or is no more. */
  readonly before?: unknown;
  readonly after?: unknown;
};

/** What has steps. */
type Stepped = Pick<Configuration, 'steps'> & object;

/** In the order of the fields; empty when they are the same. */
export function differences(before: Stepped, after: Stepped): Change[] {
  const { steps: oldSteps, ...oldRest } = before;
  const { steps: newSteps, ...newRest } = after;
  return [...compare('', oldRest, newRest), ...compareSteps(oldSteps, newSteps)];
}

function compare(at: string, before: unknown, after: unknown): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [{ at, before, after }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    compare(at === '' ? key : `${at}.${key}`, before[key], after[key]),
  );
}

type Steps = Configuration['steps'];

function compareSteps(before: Steps, after: Steps): Change[] {
  const old = new Map(before.map((step) => [String(step['name']), step]));
  const now = new Map(after.map((step) => [String(step['name']), step]));
  const names = new Set([...old.keys(), ...now.keys()]);
  const changes = [...names].flatMap((name) =>
    compare(`steps[${name}]`, old.get(name), now.get(name)),
  );
  const kept = (from: Map<string, unknown>, other: Map<string, unknown>) =>
    [...from.keys()].filter((name) => other.has(name));
  const [oldOrder, newOrder] = [kept(old, now), kept(now, old)];
  if (isDeepStrictEqual(oldOrder, newOrder)) return changes;
  return [...changes, { at: 'steps, in order', before: oldOrder, after: newOrder }];
}

/** A change as lines with - and +. */
export function changeLines(change: Change, paint: Paint, columns: number): string[] {
  const { at } = change;
  const [before, after] = withoutCommon(valueLines(change.before), valueLines(change.after));
  const line = (sign: string, text: string) => fit(`      ${sign} ${clean(text)}`, columns);
  return [
    `    ${at}`,
    ...before.map((text) => paint('red', line('-', text))),
    ...after.map((text) => paint('green', line('+', text))),
  ];
}

function valueLines(value: unknown): string[] {
  if (value === undefined) return [];
  if (typeof value === 'string' && value.includes('\n')) return value.split('\n');
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
}

/** Without the lines with which both begin and end: of a long text only what changed is told. */
function withoutCommon(before: string[], after: string[]): [string[], string[]] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
