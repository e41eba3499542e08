/** From the domain's errors to REST's answers: one table, one shape. Whatever else is thrown is logged with the
 *  request's id and answered without a word about its inside. */
import { z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { PERMISSIONS } from '#domain/access/principal.ts';
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

const Detail = z.object({
  path: z.array(z.union([z.string(), z.int()])).openapi({ example: ['steps', 0, 'kind'] }),
  message: z.string().describe('what is wrong, and how to mend it'),
  value: z.unknown().describe('what was found there; null for nothing'),
});

export const ErrorBody = z
  .object({
    error: z.string().describe('the code'),
    message: z.string().describe('for a person'),
    details: z.array(Detail).describe('every problem, each with its place'),
    request_id: z.string().describe('the log has it too; also in the header X-Request-Id'),
  })
  .openapi('Error');

type Failure = { readonly meaning: string; readonly body: z.ZodType; readonly headers?: Headers };
type Headers = Readonly<Record<string, { description: string; schema: object }>>;

const failure = (
  name: string,
  codes: readonly [string, ...string[]],
  meaning: string,
  more: Readonly<Record<string, z.ZodType>> = {},
  headers: Headers = {},
): Failure => ({
  meaning,
  body: ErrorBody.extend({ error: z.enum(codes), ...more }).openapi(name),
  headers,
});

const FAILURES: Readonly<Record<number, Failure>> = {
  400: failure('MalformedBody', ['malformed_json'], 'The body is no JSON.'),
  401: failure(
    'Unauthenticated',
    ['unauthenticated'],
    'No token, or a bad one.',
    {},
    { 'WWW-Authenticate': { description: 'The scheme: Bearer.', schema: { type: 'string' } } },
  ),
  403: failure(
    'PermissionDenied',
    ['permission_denied'],
    'The caller may see it and may not do this.',
    {
      permission: z.enum(PERMISSIONS).describe('what is missing'),
      target_id: z.union([z.string(), z.int()]).describe('where it is missing'),
    },
  ),
  404: failure(
    'NotFound',
    ['not_found'],
    'There is no such thing, or the caller may not know of it.',
  ),
  409: failure(
    'Conflict',
    ['conflict'],
    'It has changed in the meantime, or something else stands against it.',
    { version: z.int().optional().describe('of a stale If-Match: the version in force') },
  ),
  413: failure('TooLarge', ['too_large'], 'The body is larger than 1 MiB.'),
  415: failure(
    'UnsupportedMediaType',
    ['unsupported_media_type'],
    'The body is not sent as application/json in UTF-8.',
  ),
  422: failure(
    'Validation',
    ['validation'],
    'The input cannot be taken; `details` lists every problem.',
  ),
  429: failure(
    'RateLimited',
    ['rate_limited'],
    'Too many requests, or too many tries to sign in.',
    {},
    {
      'Retry-After': {
        description: 'After how many seconds to come back.',
        schema: { type: 'integer', minimum: 1 },
      },
    },
  ),
  500: failure(
    'Failed',
    ['trigger_config', 'internal'],
    'A stored configuration failed when it had to be resolved (`trigger_config`), or something unexpected was logged (`internal`).',
    { config: z.unknown().optional().describe('of trigger_config: exactly the offending part') },
  ),
};

/** The document's part for the errors that an operation may answer. */
export function errorResponses(statuses: readonly number[]) {
  return Object.fromEntries(
    statuses.map((status) => {
      const { meaning: description, body: schema, headers } = FAILURES[status]!;
      return [status, { description, content: { 'application/json': { schema } }, headers }];
    }),
  );
}

/** What may be said to a request before an operation sees it, by status. */
const HTTP_CODES: Readonly<Record<number, string>> = {
  413: 'too_large',
  415: 'unsupported_media_type',
};

export function answerError(error: unknown, c: RestContext, log: Log): Response {
  if (error instanceof DomainError) return answerDomainError(error, c);
  if (error instanceof MalformedBody) return answer(c, 400, 'malformed_json', error.message);
  if (error instanceof HTTPException) {
    return answer(c, error.status, HTTP_CODES[error.status] ?? 'http', error.message);
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
