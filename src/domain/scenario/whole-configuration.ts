/** A scenario written as one whole configuration: what it leaves out has its default, except `enabled` and the
 *  owner, which stay as they are. */
import type { Principal } from '../access/principal.ts';
import { merge, type Configuration } from './save-scenario.ts';
import type { ScenarioInput } from './scenario-input.ts';
import type { Scenario } from './scenario.ts';

/** @param slug the one that it is to have. @param before null: it is new. */
export function wholeConfiguration(
  input: ScenarioInput,
  { slug, before, who }: { slug: string; before: Scenario | null; who: Principal },
): Configuration {
  const base = {
    slug,
    name: slug,
    description: '',
    ownerUserId: before?.ownerUserId ?? who.userId,
    enabled: before?.enabled ?? true,
    trigger: null,
    steps: [],
    policies: {},
  };
  return merge(base, input);
}

/** What a whole configuration asks for anew: naming the owner that it has already takes no permission, as in a change
 *  that changes nothing. */
export function newlyWritten(input: ScenarioInput, before: Scenario | null): ScenarioInput {
  const { owner_user_id: owner, ...rest } = input;
  const isNew = owner !== undefined && owner !== before?.ownerUserId;
  return isNew ? { ...rest, owner_user_id: owner } : rest;
}
