/** Whether the schedules of a project changed. Every tick moves a due time on; only edits, pauses and the like change
 *  what was to come. */
import { useSubscription } from 'urql';
import {
  OperationsScenariosDocument,
  type OperationsScenariosSubscription,
} from '../../generated/graphql.ts';

export type ScheduleFeed = {
  /** Of the scenarios heard of, what decides their due times. */
  readonly known: ReadonlyMap<string, string>;
  /** Raised with every message. */
  readonly told: number;
  /** Raised when what is to come may be another. */
  readonly changed: number;
};

const NOTHING: ScheduleFeed = { known: new Map(), told: 0, changed: 0 };

/** For another project the component must be another one: give it a `key`. */
export function useScheduleFeed(projectId: string): ScheduleFeed {
  const [{ data }] = useSubscription<OperationsScenariosSubscription, ScheduleFeed>(
    { query: OperationsScenariosDocument, variables: { projectId } },
    hear,
  );
  return data ?? NOTHING;
}

function hear(
  before: ScheduleFeed = NOTHING,
  { scenariosChanged }: OperationsScenariosSubscription,
): ScheduleFeed {
  const { resync, scenarios, deletedIds } = scenariosChanged;
  const known = new Map(before.known);
  let changed = resync || deletedIds.length > 0;
  for (const { id, name, zone, state, version } of scenarios) {
    const facts = `${version} ${state} ${zone} ${name}`;
    changed ||= known.get(id) !== facts;
    known.set(id, facts);
  }
  return { known, told: before.told + 1, changed: before.changed + Number(changed) };
}
