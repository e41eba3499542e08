/** Between GraphQL's names and the wire's: `skipHours` and `skip_hours`, `{syncDataset: {…}}` and
 *  `{kind: "sync_dataset", …}`. What the domain finds wrong is told with the names that the caller wrote. */
import type { Problem } from '#platform/errors.ts';
import type { Json } from '#domain/step/kind.ts';

type Wire = { [name: string]: Json | undefined };

export const toSnake = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const toCamel = (name: string) =>
  name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** Renames the fields of an input and of the inputs within, not of free JSON. Left-out fields stay left out. */
export function toWire(input: object, free: readonly string[] = []): Wire {
  return Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        toSnake(name),
        free.includes(name) || !isRecord(value) ? (value as Json) : toWire(value),
      ]),
  );
}

/** `{syncDataset: {dataset: "orders"}}` → `{kind: "sync_dataset", dataset: "orders"}`. */
export function stepToWire(step: Readonly<Record<string, object | null | undefined>>): Wire {
  const [entry] = Object.entries(step).filter(([, fields]) => fields != null);
  if (!entry) return {};
  const [kind, fields] = entry;
  return { kind: toSnake(kind), ...toWire(fields!, FREE) };
}

/** A list of rows or an object that is a value: its keys are the caller's own. */
const FREE = ['vars', 'params'];

/** Paths as the domain tells them, in the words of a scenario input: `steps[0].skip_hours` becomes
 *  `steps[0].snapshotDashboards.skipHours` where the first step is of that kind. */
export function renamed(steps: readonly object[] | null | undefined) {
  return (path: Problem['path']): Problem['path'] => {
    const [field, index, ...rest] = path;
    const step = field === 'steps' && typeof index === 'number' ? steps?.[index] : undefined;
    const kind = step && Object.keys(step).find((key) => step[key as keyof typeof step] != null);
    const words = rest.map(camelPart);
    if (step === undefined || kind === undefined) return path.map(camelPart);
    // The kind itself is the entry's name.
    return rest[0] === 'kind' ? ['steps', index!] : ['steps', index!, kind, ...words];
  };
}

const camelPart = (part: string | number) => (typeof part === 'string' ? toCamel(part) : part);

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
