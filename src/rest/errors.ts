/** From the domain's errors to REST's answers: one table, one shape. Whatever else is thrown is logged with the
 *  request's id and answered without a word about its inside. */
import { z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { DomainError, type ErrorCode } from '#platform/errors.ts';
import type { Log } from '#platform/log.ts';
import type { RestContext } from './context.ts';

const MAPPING: Record<ErrorCode, { readonly status: number; readonly error: string }> = {
  VALIDATION: { status: 422, error: 'validation' },
  NOT_FOUND: { status: 404, error: 'not_found' },
  FORBIDDEN: { status: 403, error: 'permission_denied' },
  UNAUTHENTICATED: { status: 401, error: 'unauthenticated' },
  CONFLICT: { status: 409, error: 'conflict' },
  RATE_LIMITED: { status: 429, error: 'rate_limited' },
  TRIGGER_CONFIG: { status: 500, error: 'trigger_config' },
};

/** The body could not be read as JSON at all, so nothing in it was judged. */
export class MalformedBody extends Error {
  override readonly name = 'MalformedBody';
}

export const ErrorBody = z
  .object({
    error: z.string().describe('the code').openapi({ example: 'validation' }),
    message: z.string().describe('for a person'),
    details: z
      .array(
        z.object({
          path: z
            .array(z.union([z.string(), z.number()]))
            .openapi({ example: ['steps', 0, 'kind'] }),
          message: z.string(),
          value: z.unknown(),
        }),
      )
      .describe('every problem, each with its place'),
    request_id: z.string().describe('the log has it too'),
    permission: z.string().optional().describe('of permission_denied: what is missing'),
    target_id: z.union([z.string(), z.number()]).optional().describe('of permission_denied: where'),
    config: z.unknown().optional().describe('of trigger_config: exactly the offending part'),
    version: z.number().optional().describe('of a stale If-Match: the version in force'),
  })
  .openapi('Error');

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The body is no JSON.',
  401: 'No token, or a bad one.',
  403: 'The caller may see it and may not do this.',
  404: 'There is no such thing, or the caller may not know of it.',
  409: 'It has changed in the meantime, or something else stands against it.',
  413: 'The body is larger than 1 MiB.',
  422: 'The input cannot be taken; `details` lists every problem.',
  429: 'Too many tries; `Retry-After` says when to come back.',
  500: 'A stored configuration failed (`trigger_config`), or something unexpected was logged.',
};

/** The document's part for the errors that an operation may answer. */
export function errorResponses(statuses: readonly number[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: MEANINGS[status]!, content: { 'application/json': { schema: ErrorBody } } },
    ]),
  );
}

export function answerError(error: unknown, c: RestContext, log: Log): Response {
  if (error instanceof DomainError) return answerDomainError(error, c);
  if (error instanceof MalformedBody) return answer(c, 400, 'malformed_json', error.message);
  if (error instanceof HTTPException) {
    return answer(c, error.status, error.status === 413 ? 'too_large' : 'http', error.message);
  }
  const requestId = c.get('requestId');
  log.error({ err: error, requestId, method: c.req.method, path: c.req.path }, 'a request failed');
  const message = `Something unexpected went wrong; the log has it under ${requestId}.`;
  return answer(c, 500, 'internal', message);
}

function answerDomainError(error: DomainError, c: RestContext): Response {
  const { status, error: code } = MAPPING[error.code];
  const { facts } = error;
  const more: Record<string, unknown> = {};
  if (error.code === 'FORBIDDEN') {
    more['permission'] = facts['permission'];
    more['target_id'] = facts['targetId'];
  }
  if (error.code === 'TRIGGER_CONFIG') more['config'] = facts['config'] ?? null;
  if (error.code === 'CONFLICT' && 'version' in facts) more['version'] = facts['version'];
  const details = error.problems.map(({ path, message, value }) => ({
    path,
    message,
    value: value ?? null,
  }));
  const response = answer(c, status, code, error.message, { details, ...more });
  if (error.code === 'RATE_LIMITED') {
    response.headers.set('Retry-After', String(facts['retryAfterSeconds'] ?? 1));
  }
  if (error.code === 'UNAUTHENTICATED') response.headers.set('WWW-Authenticate', 'Bearer');
  return response;
}

export function answer(
  c: RestContext,
  status: number,
  error: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Response {
  const body = { error, message, details: [], ...more, request_id: c.get('requestId') };
  return c.json(body, status as 500);
}
