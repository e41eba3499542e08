/** One field of a cron expression, checked strictly and rewritten to bare numbers. cron-parser pads short
 *  input, knows more letters than we promise and names no field when it refuses; this is the door before it. */
import { findNearest } from './nearest.ts';

export type FieldName = 'minute' | 'hour' | 'day of month' | 'month' | 'day of week';

export type FieldRule = {
  readonly name: FieldName;
  readonly min: number;
  readonly max: number;
  /** Names in order, the first standing for `min`. */
  readonly names: readonly string[];
};

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** The five fields in the order in which they are written. 0 and 7 are both Sunday. */
export const FIELD_RULES = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: WEEKDAYS },
] as const satisfies readonly FieldRule[];

/** The k-th such weekday of a month: `weekday` 0 (Sunday) to 6, `nth` 1 to 5. */
export type NthWeekday = { readonly weekday: number; readonly nth: number };

/** What one list item says: numbers for cron-parser, the month's last day, or a numbered weekday. */
type Item = { readonly numbers: string } | { readonly last: true } | { readonly nth: NthWeekday };

export type FieldReading = {
  /** List items that cron-parser expands, digits only; empty when the field has only `L` or `n#k` items. */
  readonly numbers: readonly string[];
  readonly last: boolean;
  readonly nth: readonly NthWeekday[];
  /** One sentence for each bad item, naming field and value. */
  readonly problems: readonly string[];
};

/** Why an item is refused. Thrown within this file only, so that the happy path reads straight. */
class Refusal extends Error {}

/** Reads one field's text; every bad item of its list is reported. */
export function readField(rule: FieldRule, text: string): FieldReading {
  const items: Item[] = [];
  const problems: string[] = [];
  for (const item of text.split(',')) {
    try {
      items.push(readItem(rule, item));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(`${rule.name} "${item}" ${error.message}`);
    }
  }
  return {
    numbers: items.flatMap((item) => ('numbers' in item ? [item.numbers] : [])),
    last: items.some((item) => 'last' in item),
    nth: items.flatMap((item) => ('nth' in item ? [item.nth] : [])),
    problems,
  };
}

function readItem(rule: FieldRule, item: string): Item {
  if (item === '') throw new Refusal('is an empty list item; remove the spare comma');
  if (item.includes('?')) throw new Refusal('is not supported; write * for "any"');
  if (item.includes('#')) return { nth: readNth(rule, item) };
  if (rule.names.length === 0 && /[LW]/i.test(item)) return readLast(rule, item);
  const [, start, end, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/(.*))?$/.exec(item) ?? [];
  if (start === undefined) {
    throw new Refusal(`is not a value, a range or a step; allowed are ${allowed(rule)}`);
  }
  const steps = step === undefined ? '' : `/${readStep(rule, step)}`;
  if (start === '*') {
    if (end !== undefined) throw new Refusal('mixes * with a range; write one of them');
    return { numbers: `*${steps}` };
  }
  const low = readValue(rule, start);
  if (end === undefined) return { numbers: `${low}${steps}` };
  const high = readValue(rule, end, low);
  if (low > high) {
    throw new Refusal(
      `runs backwards; write two ranges, as in ${low}-${rule.max},${rule.min}-${high}`,
    );
  }
  return { numbers: `${low}-${high}${steps}` };
}

/** @param after where the range began: a Sunday that ends one is the 7th day, so that FRI-SUN runs forward. */
function readValue(rule: FieldRule, text: string, after = 0): number {
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    if (value >= rule.min && value <= rule.max) return value;
    throw new Refusal(`is out of range; allowed are ${allowed(rule)}`);
  }
  const index = rule.names.indexOf(text.toUpperCase());
  if (index < 0) {
    const nearest = findNearest(text, rule.names);
    const hint = nearest === null ? '' : `did you mean ${nearest}? `;
    throw new Refusal(`is not understood; ${hint}allowed are ${allowed(rule)}`);
  }
  const value = rule.min + index;
  return rule.name === 'day of week' && value === 0 && after > 0 ? 7 : value;
}

function readStep(rule: FieldRule, text: string): number {
  const step = /^\d+$/.test(text) ? Number(text) : 0;
  // A longer step than the field never takes a second stride: "*/90" minutes would silently mean hourly.
  if (step >= 1 && step <= rule.max) return step;
  throw new Refusal(`has a bad step; allowed are whole numbers from 1 to ${rule.max}`);
}

function readNth(rule: FieldRule, item: string): NthWeekday {
  if (rule.name !== 'day of week') throw new Refusal('uses #, which belongs in the day of week');
  const [, day, nth] = /^([^#]+)#(\d+)$/.exec(item) ?? [];
  if (day === undefined || nth === undefined || Number(nth) < 1 || Number(nth) > 5) {
    throw new Refusal('is not a numbered weekday; write day#n with n from 1 to 5, as in MON#2');
  }
  return { weekday: readValue(rule, day) % 7, nth: Number(nth) };
}

function readLast(rule: FieldRule, item: string): Item {
  if (rule.name !== 'day of month')
    throw new Refusal(`is not understood; allowed are ${allowed(rule)}`);
  if (item.toUpperCase() === 'L') return { last: true };
  throw new Refusal('is not supported; of these letters only a bare L, the last day, is');
}

/** What a field takes, in words. */
function allowed({ name, min, max, names }: FieldRule): string {
  const words = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`;
  return `${min} to ${max}${words}${name === 'day of month' ? ', or L for the last day' : ''}`;
}
