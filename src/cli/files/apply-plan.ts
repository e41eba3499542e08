/** Carries a plan out over REST, which takes the form that files have. */
import { isDeepStrictEqual } from 'node:util';
import type { Session } from '../session.ts';
import { differences } from './difference.ts';
import type { Configuration, Plan } from './plan.ts';

const PATH = 'api/scheduler/scenarios';

export function kindOf({ before, after }: Plan): 'created' | 'changed' | 'unchanged' {
  if (before === null) return 'created';
  return differences(before, after).length > 0 ? 'changed' : 'unchanged';
}

/** @throws CliError; CONFLICT when the scenario was changed since it was planned. */
export async function applyPlan(session: Session, plan: Plan): Promise<void> {
  const { scenarioId, version, before, after } = plan;
  const { databaseId } = await session.project();
  const project = { 'x-project-id': String(databaseId) };
  if (scenarioId === null || before === null) {
    await session.rest('POST', PATH, { body: after, headers: project });
    return;
  }
  const headers = { ...project, 'if-match': `"${version}"` };
  await session.rest('PATCH', `${PATH}/${scenarioId}`, { body: patchOf(before, after), headers });
}

/** Its runs stay. */
export async function deleteScenario(session: Session, id: number): Promise<void> {
  await session.rest('DELETE', `${PATH}/${id}`);
}

/** Only what changes: naming another owner again, even the same, takes a permission. A policy that is not set any
 *  more is sent as null. */
function patchOf(before: Configuration, after: Configuration): Partial<Configuration> {
  const changed = Object.entries(after).filter(
    ([field, value]) => !isDeepStrictEqual(value, before[field as keyof Configuration]),
  );
  const reset = Object.fromEntries(Object.keys(before.policies).map((field) => [field, null]));
  return Object.fromEntries(
    changed.map(([field, value]) =>
      field === 'policies' ? [field, { ...reset, ...after.policies }] : [field, value],
    ),
  );
}
