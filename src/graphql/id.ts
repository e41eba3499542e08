/** Ids as arguments: the global one (`Scenario:42`) or the plain number that REST shows. */
import { invalid } from '#platform/errors.ts';

/** The largest number of whatever is counted by a Postgres integer: all but runs, ticks and what they leave. */
export const INT_MAX = 2_147_483_647;

/** The number that an id argument means.
 *  @param name the argument's name, for the problem's path.
 *  @throws DomainError VALIDATION for an id of another type and for what is no id. */
export function readId(
  type:
    | 'Project'
    | 'Scenario'
    | 'Template'
    | 'User'
    | 'Group'
    | 'Token'
    | 'Connector'
    | 'TileLink'
    | 'Dashboard'
    | 'Dataset'
    | 'Recipe'
    | 'Agent'
    | 'DashboardShare',
  id: string,
  name: string,
): number {
  const value = readLongId(type, id, name);
  if (value <= INT_MAX) return value;
  throw invalid([
    { path: [name], message: `there is no ${type} with a number that large`, value: id },
  ]);
}

/** The number in a node's global id; one that no row has for whatever is no number. */
export function nodeId(id: string): number {
  const value = Number(/^\d{1,10}$/.exec(id)?.[0]);
  return value <= INT_MAX ? value : -1;
}

/** As `nodeId`, for ids of more than 32 bits. */
export function longNodeId(id: string): bigint {
  return BigInt(/^\d{1,16}$/.exec(id)?.[0] ?? -1);
}

/** As `readId`, for ids of more than 32 bits.
 *  @throws DomainError VALIDATION as it does. */
export function readLongId(
  type:
    | 'Project'
    | 'Scenario'
    | 'Template'
    | 'User'
    | 'Group'
    | 'Token'
    | 'Connector'
    | 'TileLink'
    | 'Dashboard'
    | 'Dataset'
    | 'Recipe'
    | 'Agent'
    | 'DashboardShare'
    | 'Run'
    | 'Tick'
    | 'EmailDelivery',
  id: string,
  name: string,
): number {
  const [, given, digits] = /^(?:(\w+):)?(\d{1,16})$/.exec(id) ?? [];
  const value = Number(digits);
  if (Number.isSafeInteger(value) && (given === undefined || given === type)) return value;
  const message =
    given === undefined
      ? `this is no id; write "${type}:42" or 42`
      : `this is the id of a ${given}, not of a ${type}; write "${type}:42" or 42`;
  throw invalid([{ path: [name], message, value: id }]);
}
