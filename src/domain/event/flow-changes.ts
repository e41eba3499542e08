/** In which projects something of the Flow changed besides runs: a dataset, a recipe or an agent was made, edited or
 *  deleted, or a build was recorded. */
import type { Log } from '#platform/log.ts';
import { changes } from './changes.ts';
import type { Changes } from './changes.ts';

/** Fed with `CHANNELS.flow`, whose ids are projects'. */
export function flowChanges({ log }: { log: Log }): Changes {
  return changes({
    name: 'flow changes',
    log,
    findPlaces: async (ids) => ids.map((id) => ({ id, projectId: id, scenarioId: null })),
  });
}
