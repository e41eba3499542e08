/** What is parsed and stored but not obeyed in this version. It is refused where it would change anything,
 *  rather than accepted and ignored. The version that obeys a value removes its line. */
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '#platform/errors.ts';
import { formatTrigger, type Trigger } from '../trigger/trigger.ts';
import type { PolicyField, StepField } from './forms.ts';

type Path = Problem['path'];

/** The values that work; of an empty list none but leaving the field out. Fields that are absent here work
 *  with every value. */
const POLICY_VALUES: Partial<Record<PolicyField, readonly unknown[]>> = {
  overlap: ['skip', 'allow'],
  catchup: ['last', 'none'],
  max_catchup_runs: [100],
  jitter: ['0s'],
  start_deadline: [],
  late_after: [],
  pause_after_failures: [0],
  calendar: [],
  notify: [],
};

const STEP_VALUES: Partial<Record<StepField, readonly unknown[]>> = {
  parallel: [false],
  transactional: [true],
  run_if: ['success'],
  timeout: [],
  retries: [{ max: 0 }],
};

const TRIGGER_KINDS: readonly Trigger['kind'][] = ['cron', 'interval'];

export function policyNotYet(field: PolicyField, value: unknown, path: Path): Problem[] {
  return judge(POLICY_VALUES[field], field, value, path);
}

export function stepFieldNotYet(field: StepField, value: unknown, path: Path): Problem[] {
  return judge(STEP_VALUES[field], field, value, path);
}

export function triggerNotYet(trigger: Trigger | null, path: Path): Problem[] {
  if (trigger === null || TRIGGER_KINDS.includes(trigger.kind)) return [];
  const message = `a trigger by ${trigger.kind} does not fire in this version yet; use ${TRIGGER_KINDS.join(' or ')}`;
  return [{ path: [...path, trigger.kind], message, value: formatTrigger(trigger) }];
}

/** A pause that ends by itself. */
export function pauseUntilNotYet(until: Date | null): Problem[] {
  if (until === null) return [];
  const message =
    'a pause does not end by itself in this version yet; leave it out and resume by hand';
  return [{ path: ['until'], message, value: until.toISOString() }];
}

function judge(
  working: readonly unknown[] | undefined,
  field: string,
  value: unknown,
  path: Path,
): Problem[] {
  if (working === undefined || working.some((each) => isDeepStrictEqual(each, value))) return [];
  const remedy =
    working.length === 0
      ? 'leave it out'
      : `use ${working.map((each) => JSON.stringify(each)).join(' or ')}`;
  const message = `${field} ${JSON.stringify(value)} does not work in this version yet; ${remedy}`;
  return [{ path, message, value }];
}
