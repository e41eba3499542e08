/** A scenario's configuration while it is edited: JSON that may be anything a person typed. Every change makes a new
 *  value; fields keep the order in which the handbook writes them. */

export type Configuration = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

const ORDER = [
  ...['kind', 'slug', 'name', 'description', 'owner_user_id', 'enabled', 'trigger'],
  ...['cron', 'interval', 'upstream', 'timezone', 'anchor', 'require'],
  ...['policies', 'steps', '*', 'parallel', 'run_if', 'timeout', 'retries', 'transactional'],
  ...['max', 'initial', 'factor', 'max_delay'],
];

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands there; undefined: nothing. */
export function valueAt(configuration: unknown, path: Path): unknown {
  let value = configuration;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isRecord(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

/** @param value undefined takes the field away, and with it an object that is empty then. */
export function withValue(configuration: unknown, path: Path, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (Array.isArray(configuration)) {
    const list = [...(configuration as unknown[])];
    const inner = withValue(list[Number(part)], rest, value);
    if (inner === undefined) list.splice(Number(part), 1);
    else list[Number(part)] = inner;
    return list;
  }
  const before = isRecord(configuration) ? configuration : {};
  const inner = withValue(before[part], rest, value);
  const entries = Object.entries(before).filter(([key]) => key !== String(part));
  if (inner === undefined) {
    if (entries.length === 0 && path.length === 1 && configuration !== undefined) return undefined;
    return Object.fromEntries(entries);
  }
  if (Object.hasOwn(before, part)) return { ...before, [part]: inner };
  const place = entries.findIndex(([key]) => rank(key) > rank(String(part)));
  entries.splice(place === -1 ? entries.length : place, 0, [String(part), inner]);
  return Object.fromEntries(entries);
}

function rank(key: string): number {
  const at = ORDER.indexOf(key);
  // A kind's own fields stand behind `name` and before what every step has.
  return at === -1 ? ORDER.indexOf('*') : at;
}

/** The database keeps no order of fields; here they stand as in the handbook, in the same order every time. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inOrder(inner)]),
  );
}

/** As it is edited: without what says nothing. The owner is a number of this installation and stays who it is. */
export function tidy(configuration: unknown): Configuration {
  if (!isRecord(configuration)) return {};
  const { owner_user_id: _owner, description, policies, trigger, ...rest } = configuration;
  return inOrder({
    ...rest,
    ...(description !== '' && description !== undefined && { description }),
    ...(isRecord(policies) && Object.keys(policies).length > 0 && { policies }),
    trigger: trigger ?? null,
  }) as Configuration;
}

/** Whether both say the same. What is left out is as the server would fill it in; the order of fields does not count.
 *  @param base what keeps its value where it is left out. */
export function saysTheSame(a: Configuration, b: Configuration, base: Configuration): boolean {
  return isSame(filled(a, base), filled(b, base));
}

const filled = (configuration: Configuration, base: Configuration) => ({
  slug: base['slug'] ?? null,
  description: '',
  enabled: base['enabled'] ?? true,
  trigger: null,
  policies: {},
  ...configuration,
});

/** Deep equality of JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((each, at) => isSame(each, b[at]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}
