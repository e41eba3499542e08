/** The steps of a frozen configuration as they are to be executed: in groups, each with its own rules. */
import { parseInterval } from '../trigger/interval.ts';
import type { StoredStep } from './claim.sql.ts';

export type RunIf = 'success' | 'failure' | 'always';

export type Retries = {
  /** Tries after the first. */
  readonly max: number;
  readonly initialMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
};

export type PlannedStep = {
  readonly pos: number;
  readonly name: string;
  readonly kind: string;
  readonly stored: StoredStep;
  /** Published together with its group; otherwise as soon as it ends. */
  readonly transactional: boolean;
  /** Depending on whether a step before has failed. */
  readonly runIf: RunIf;
  /** Of one attempt; null: only the run's. */
  readonly timeoutMs: number | null;
  readonly retries: Retries;
};

/** One step, or neighbours that run together. */
export type StepGroup = readonly PlannedStep[];

const DEFAULT_INITIAL_MS = 10_000;
const DEFAULT_FACTOR = 2;
const DEFAULT_MAX_DELAY_MS = 600_000;

/** Neighbours with `parallel: true` form one group; every other step is a group of its own. */
export function planSteps(steps: readonly StoredStep[]): StepGroup[] {
  const groups: PlannedStep[][] = [];
  let open: PlannedStep[] | null = null;
  for (const [pos, stored] of steps.entries()) {
    const step = planStep(stored, pos);
    if (stored['parallel'] !== true) open = null;
    if (open) open.push(step);
    else groups.push((open = [step]));
    if (stored['parallel'] !== true) open = null;
  }
  return groups;
}

/** The pause before the next try: initial × factor^(failures - 1), at most the longest one.
 *  @param failures how many attempts have failed so far, 1 or more. */
export function retryDelayMs({ initialMs, factor, maxDelayMs }: Retries, failures: number): number {
  return Math.min(initialMs * factor ** (failures - 1), maxDelayMs);
}

/** Whether a step runs after what came before it. */
export function runsAfter(runIf: RunIf, failedBefore: boolean): boolean {
  return runIf === 'always' || (runIf === 'failure') === failedBefore;
}

function planStep(stored: StoredStep, pos: number): PlannedStep {
  const retries = (stored['retries'] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    pos,
    stored,
    kind: stored.kind,
    name: typeof stored['name'] === 'string' ? stored['name'] : stored.kind,
    transactional: stored['transactional'] !== false,
    runIf: (stored['run_if'] as RunIf | undefined) ?? 'success',
    timeoutMs: milliseconds(stored['timeout'], null),
    retries: {
      max: (retries['max'] as number | undefined) ?? 0,
      initialMs: milliseconds(retries['initial'], DEFAULT_INITIAL_MS),
      factor: (retries['factor'] as number | undefined) ?? DEFAULT_FACTOR,
      maxDelayMs: milliseconds(retries['max_delay'], DEFAULT_MAX_DELAY_MS),
    },
  };
}

function milliseconds<Fallback>(text: unknown, fallback: Fallback): number | Fallback {
  if (typeof text !== 'string') return fallback;
  const reading = parseInterval(text);
  // It was checked when written; a default in silence would be worse than a run that says so.
  if ('why' in reading) throw new Error(reading.why);
  return reading.intervalMs;
}
