/** Expected failures: members of every command's result, and errors with the same code where a question
 *  fails. One table says which code of the domain becomes what; anything else is a surprise. */
import { PothosValidationError } from '@pothos/core';
import { GraphQLError } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { DomainError, formatPath } from '#platform/errors.ts';
import type { ErrorCode, Problem } from '#platform/errors.ts';
import { sqlState } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

/** A domain error on its way into a result; one class a type, for Pothos tells them apart by class. */
class Failure extends Error {
  readonly origin: DomainError;
  constructor(origin: DomainError) {
    super(origin.message);
    this.origin = origin;
  }
}
class ValidationError extends Failure {}
class NotFound extends Failure {}
class Forbidden extends Failure {}
class Conflict extends Failure {}
class TriggerConfigError extends Failure {}

/** For a command's `errors` option. */
export const FAILURES = {
  types: [ValidationError, NotFound, Forbidden, Conflict, TriggerConfigError],
};

/** null: no command's result has it; it is answered as an error. */
const FAILURE_OF: Record<ErrorCode, (new (origin: DomainError) => Failure) | null> = {
  VALIDATION: ValidationError,
  NOT_FOUND: NotFound,
  FORBIDDEN: Forbidden,
  CONFLICT: Conflict,
  TRIGGER_CONFIG: TriggerConfigError,
  UNAUTHENTICATED: null,
  RATE_LIMITED: null,
};

/** Runs a command so that what the domain refuses becomes a member of the result.
 *  @param rename from the wire's names to what the caller wrote, in the paths of problems. */
export async function expected<T>(
  command: () => Promise<T>,
  rename: (path: Problem['path']) => Problem['path'] = (path) => path,
): Promise<T> {
  try {
    return await command();
  } catch (error) {
    const failure = error instanceof DomainError ? FAILURE_OF[error.code] : null;
    if (!(error instanceof DomainError) || !failure) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: rename(problem.path) }));
    throw new failure(
      new DomainError(error.code, error.message, { problems, facts: error.facts, cause: error }),
    );
  }
}

const STATUS: Partial<Record<ErrorCode, number>> = { UNAUTHENTICATED: 401, RATE_LIMITED: 429 };

/** What a caller is told of an error: the domain's and GraphQL's own as they are, a surprise as no more than
 *  the id under which the log has it. */
export function tell(error: GraphQLError, log: Log, requestId: string): GraphQLError {
  const origin = error.cause;
  const { nodes, source, positions, path } = error;
  const place = { nodes, source, positions, path };
  if (origin instanceof DomainError) {
    const { code, message, problems, facts } = origin;
    const status = STATUS[code];
    return new GraphQLError(message, {
      ...place,
      extensions: {
        code,
        requestId,
        ...(problems.length > 0 && { problems }),
        ...facts,
        ...(status && { http: { status } }),
      },
    });
  }
  // The plugins' own word for a bad cursor or a page of size zero.
  const ours = origin instanceof GraphQLError || origin instanceof PothosValidationError;
  if (!origin || ours) return error;
  if (isNul(origin)) {
    return new GraphQLError(
      'A text holds the character NUL, which nothing stored does; remove it.',
      {
        ...place,
        extensions: { code: 'VALIDATION' satisfies ErrorCode, requestId },
      },
    );
  }
  log.error({ err: origin, requestId, path: error.path }, 'an operation met a surprise');
  return new GraphQLError('Something unexpected went wrong; it was logged under this request id.', {
    ...place,
    extensions: { code: 'INTERNAL', requestId },
  });
}

/** Whether Postgres refused a text for the one character that GraphQL lets through and it cannot hold. */
function isNul(error: unknown): boolean {
  if (sqlState(error) === '22021') return true;
  return error instanceof Prisma.PrismaClientKnownRequestError && error.message.includes('`22021`');
}

/** A result with its errors as a caller may see them. */
export function told(
  result: ExecutionResult,
  { log, requestId }: Pick<Context, 'log' | 'requestId'>,
): ExecutionResult {
  if (!result.errors) return result;
  return { ...result, errors: result.errors.map((error) => tell(error, log, requestId)) };
}

const failure = builder.interfaceRef<Failure>('Failure').implement({
  description: 'An expected failure: what every member of a result that is not the result shares.',
  fields: (t) => ({
    message: t.string({
      description: 'What went wrong, for a person.',
      resolve: ({ origin }) => origin.message,
    }),
  }),
});

const problem = builder.objectRef<Problem>('Problem').implement({
  description: 'One thing wrong with an input.',
  fields: (t) => ({
    path: t.stringList({
      description: 'Where it is in what the caller wrote: field names, and positions in lists.',
      resolve: ({ path }) => path.map(String),
    }),
    at: t.string({
      description: 'The same for a person: `steps[0].syncDataset.dataset`.',
      resolve: ({ path }) => formatPath(path),
    }),
    message: t.exposeString('message', {
      description: 'What is wrong, why, and how to mend it.',
    }),
    value: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What was found there.',
      resolve: ({ value }) => value ?? null,
    }),
  }),
});
export { problem as ProblemType };

builder.objectType(ValidationError, {
  name: 'ValidationError',
  description: 'The input cannot be taken; all that is wrong with it is listed.',
  interfaces: [failure],
  fields: (t) => ({
    problems: t.field({
      type: [problem],
      description: 'Every problem.',
      resolve: ({ origin }) => [...origin.problems],
    }),
  }),
});

builder.objectType(NotFound, {
  name: 'NotFound',
  description: 'There is no such thing, or the caller may not know of it.',
  interfaces: [failure],
});

builder.objectType(Forbidden, {
  name: 'Forbidden',
  description: 'The caller may see it and may not do this.',
  interfaces: [failure],
  fields: (t) => ({
    permission: t.string({
      nullable: true,
      description: 'The permission that is missing.',
      resolve: ({ origin }) => textOf(origin.facts['permission']),
    }),
    targetId: t.string({
      nullable: true,
      description: 'On what it is missing.',
      resolve: ({ origin }) => textOf(origin.facts['targetId']),
    }),
  }),
});

builder.objectType(Conflict, {
  name: 'Conflict',
  description: 'It has changed in the meantime, or something else stands against it.',
  interfaces: [failure],
  fields: (t) => ({
    facts: t.field({
      type: 'JSON',
      description: 'What stands against it, such as the version in force.',
      resolve: ({ origin }) => origin.facts,
    }),
  }),
});

builder.objectType(TriggerConfigError, {
  name: 'TriggerConfigError',
  description:
    'A stored configuration failed when it had to be resolved, such as a parameter that has no value.',
  interfaces: [failure],
  fields: (t) => ({
    config: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Exactly the part that is at fault.',
      resolve: ({ origin }) => origin.facts['config'] ?? null,
    }),
  }),
});

function textOf(value: unknown): string | null {
  return value === undefined || value === null ? null : String(value);
}
