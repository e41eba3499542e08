/** The steps of a configuration as the console shows them. A configuration is JSON that a person wrote; what cannot be
 *  read as a step is left out. */

export type ConfiguredStep = {
  readonly name: string;
  readonly kind: string;
  readonly parallel: boolean;
  /** Publishes in one transaction with its group. */
  readonly transactional: boolean;
  readonly runIf: 'success' | 'failure' | 'always';
  /** As in `15m`. */
  readonly timeout: string | null;
  /** Tries after the first. */
  readonly retries: number;
};

type Wire = Readonly<Record<string, unknown>>;

export const isWire = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function configuredSteps(configuration: unknown): ConfiguredStep[] {
  const steps = isWire(configuration) ? configuration['steps'] : null;
  if (!Array.isArray(steps)) return [];
  const taken = new Set<string>();
  return steps.filter(isWire).map((step) => {
    const kind = typeof step['kind'] === 'string' ? step['kind'] : 'step';
    const given = step['name'];
    const name = typeof given === 'string' && given !== '' ? given : firstFree(kind, taken);
    taken.add(name);
    const runIf = step['run_if'];
    const retries = isWire(step['retries']) ? step['retries']['max'] : null;
    return {
      name,
      kind,
      parallel: step['parallel'] === true,
      transactional: step['transactional'] !== false,
      runIf: runIf === 'failure' || runIf === 'always' ? runIf : 'success',
      timeout: typeof step['timeout'] === 'string' ? step['timeout'] : null,
      retries: typeof retries === 'number' ? retries : 0,
    };
  });
}

/** As the server names those without a name: `sync_dataset`, `sync_dataset_2`, … */
function firstFree(kind: string, taken: ReadonlySet<string>): string {
  let name = kind;
  for (let n = 2; taken.has(name); n += 1) name = `${kind}_${n}`;
  return name;
}
