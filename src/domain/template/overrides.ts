/** What a project has changed of what its template wrote. Nothing is remembered about it: a field in which the scenario
 *  differs from what the template wrote last is overridden, and putting it back ends that. */
import { isDeepStrictEqual } from 'node:util';
import { POLICY_FIELDS } from '../scenario/forms.ts';
import type { Applied } from './template.sql.ts';

const FIELDS = ['name', 'description', 'trigger', 'steps'] as const;

/** `name`, `description`, `trigger`, `steps`, and every single policy, e.g. `policies.overlap`. */
export function overridesOf(applied: Applied, scenario: Applied): string[] {
  return [
    ...FIELDS.filter((field) => !isDeepStrictEqual(applied[field], scenario[field])),
    ...POLICY_FIELDS.filter(
      (field) => !isDeepStrictEqual(applied.policies[field], scenario.policies[field]),
    ).map((field) => `policies.${field}`),
  ];
}
