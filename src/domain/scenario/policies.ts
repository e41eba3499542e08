/** All policies of a scenario as a person reads them: what was set, and the default of everything else. */
import { DEFAULT_CATCHUP_WINDOW_MS, DEFAULT_RUN_TIMEOUT_MS } from '../tick/policies.ts';
import { formatInterval } from '../trigger/interval.ts';
import type { PolicyField, StoredPolicies } from './forms.ts';

export type EffectivePolicies = {
  readonly [Field in PolicyField]: NonNullable<StoredPolicies[Field]> | null;
};

/** null: none. `notify` null: the owner is told. */
export const POLICY_DEFAULTS: EffectivePolicies = {
  overlap: 'skip',
  catchup: 'last',
  catchup_window: formatInterval(DEFAULT_CATCHUP_WINDOW_MS),
  max_catchup_runs: 100,
  jitter: '0s',
  start_deadline: null,
  timeout: formatInterval(DEFAULT_RUN_TIMEOUT_MS),
  late_after: null,
  pause_after_failures: 0,
  calendar: null,
  max_running: null,
  priority: 0,
  notify: null,
};

export function withDefaults(stored: StoredPolicies): EffectivePolicies {
  return { ...POLICY_DEFAULTS, ...stored };
}
