/** From a source of messages to a stream of answers: with the caller checked again while it lasts, each
 *  message answered once for all who asked the same with the same rights, and nothing left behind when a
 *  subscriber goes. Iterators are written by hand: a generator that waits cannot be returned from. */
import {
  createSourceEventStream,
  executeSubscriptionEvent,
  GraphQLError,
  validateSubscriptionArgs,
} from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import type { Principal } from '#domain/access/principal.ts';
import type { DomainError } from '#platform/errors.ts';
import type { Context } from './context.ts';
import { who } from './context.ts';
import { told } from './failure.ts';

const DONE = { value: undefined, done: true } as const;

/** Passes a source on for as long as the caller may have it; then ends with the refusal as an error.
 *  @param isAllowed asked after every check of the session. */
export function guarded<T>(
  context: Context,
  isAllowed: (principal: Principal) => boolean,
  source: AsyncIterableIterator<T>,
): AsyncIterableIterator<T> {
  let refusal: DomainError | undefined;
  const guard = context.session.guard({
    isAllowed,
    end(reason) {
      refusal = reason;
      void source.return?.();
    },
  });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const result = await source.next();
      if (!result.done && !refusal) return result;
      guard[Symbol.dispose]();
      if (!refusal) return DONE;
      const reason = refusal;
      refusal = undefined;
      throw reason;
    },
    async return() {
      guard[Symbol.dispose]();
      await source.return?.();
      return DONE;
    },
  };
}

/** As graphql's own `subscribe`, except that a message is answered once for all who asked the same. Its
 *  context is a new one per message, so that nothing is answered from an older one's caches. */
export async function subscribe(
  args: ExecutionArgs,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const context = args.contextValue as Context;
  const validated = validateSubscriptionArgs(args);
  if (!('operation' in validated)) return told({ errors: validated }, context);
  const stream = await createSourceEventStream(validated);
  if (!(Symbol.asyncIterator in stream)) return told(stream, context);
  const source = stream[Symbol.asyncIterator]();
  const key = questionOf(args);

  const answer = async (message: unknown) =>
    told(
      await executeSubscriptionEvent({
        ...validated,
        rootValue: message,
        contextValue: { ...context },
      }),
      context,
    );
  const answered: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const { value, done } = await source.next();
        if (done) return DONE;
        const rights = rightsOf(context);
        return { value: await once(value, `${key} ${rights}`, () => answer(value)), done: false };
      } catch (error) {
        await source.return?.();
        const origin = error instanceof Error ? error : new Error(String(error));
        const errors = [new GraphQLError(origin.message, { cause: origin })];
        return { value: told({ errors }, context), done: false };
      }
    },
    async return() {
      await source.return?.();
      return DONE;
    },
  };
  return answered;
}

// Subscribers are woken within milliseconds of each other; a later one asks again.
const SHARED_MS = 1_000;
const answers = new WeakMap<object, Map<string, Promise<ExecutionResult>>>();

function once(
  message: unknown,
  key: string,
  answer: () => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  if (typeof message !== 'object' || message === null) return answer();
  let known = answers.get(message);
  if (!known) {
    answers.set(message, (known = new Map()));
    setTimeout(() => answers.delete(message), SHARED_MS).unref();
  }
  return known.getOrInsertComputed(key, answer);
}

const documents = new WeakMap<DocumentNode, number>();
let documentCount = 0;

/** The same for the same operation with the same variables; parsed documents are cached by their text. */
function questionOf({ document, operationName, variableValues }: ExecutionArgs): string {
  const id = documents.getOrInsertComputed(document, () => ++documentCount);
  return `${id} ${operationName ?? ''} ${JSON.stringify(variableValues ?? {})}`;
}

/** The same for callers to whom the same is shown. */
function rightsOf(context: Context): string {
  if (context.session.tile) return `tile ${context.session.tile.orgId}`;
  const { orgId, orgRole, projectRoles, scopes } = who(context);
  const roles = [...projectRoles].sort(([a], [b]) => a - b);
  return JSON.stringify([orgId, orgRole, roles, scopes]);
}
