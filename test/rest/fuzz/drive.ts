/** Sends requests of every sort to every operation, and holds each answer against the document. */
import * as fc from 'fast-check';
import { operationsOf, type Operation } from './document.ts';
import { createJudge } from './judge.ts';
import { requestsFor } from './requests.ts';
import type { World } from './world.ts';

/** Requests that may be sent to find a smaller one that fails, too. */
const SHRINKS = 200;

/** How often each operation answered with which status. */
export type Met = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** @param requests how many, over all operations.
 *  @throws Error with the smallest request whose answer is not what the document promises. */
export async function drive(world: World, requests: number, seed: number): Promise<Met> {
  const { document } = world;
  const operations = operationsOf(document);
  const byId = new Map(operations.map((operation) => [operation.operationId, operation]));
  const judge = createJudge(document);
  const met = new Map<string, Map<number, number>>();
  const arbitrary = fc.oneof(
    ...operations.map((operation) => ({
      weight: weightOf(operation),
      arbitrary: requestsFor(operation, document),
    })),
  );
  let budget: number | null = null;
  await fc.assert(
    fc.asyncProperty(arbitrary, async (request) => {
      // What a request has changed stays changed: more attempts to find a smaller one tell little.
      if (budget === 0) return;
      if (budget !== null) budget -= 1;
      const operation = byId.get(request.operationId)!;
      const answer = await world.send(operation, request);
      const statuses = met.get(operation.operationId) ?? new Map<number, number>();
      met.set(
        operation.operationId,
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1),
      );
      const faults = judge(operation, answer);
      if (faults.length > 0) {
        budget ??= SHRINKS;
        throw new Error(
          `${operation.method} ${operation.path} broke its promise: ${faults.join('; ')}\n${answer.status} ${answer.text.slice(0, 500)}\n${answer.status === 500 ? world.logged() : ''}`,
        );
      }
    }),
    { numRuns: requests, seed },
  );
  return met;
}

/** What takes more is asked more often; a password costs 50 ms to check, and most are refused unchecked. */
function weightOf({ parameters, body, path }: Operation): number {
  if (path.startsWith('/api/auth/')) return 1;
  return body === null && parameters.length === 0 ? 1 : 3;
}
