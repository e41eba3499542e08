/** An operation's part of the document, with what all of them share: ids, the headers that name a place, the id of
 *  the request, and the failures that may come before the operation is reached. */
import { z, type RouteConfig } from '@hono/zod-openapi';
import { errorResponses } from './errors.ts';

/** A route as an operation declares it. */
export type Route = RouteConfig & {
  /** The failures that are its own; those of signing in, of a body and of limits are added. */
  readonly errors: readonly number[];
};

/** Ids are 32 bits wide; those of runs go further. */
export const MAX_ID = 2_147_483_647;

const id = { type: 'integer', minimum: 1, maximum: MAX_ID } as const;

/** Which organisation and project is meant. */
const PLACE = z.object({
  'X-Org-Id': z
    .string()
    .optional()
    .describe('the organisation; the token’s, else the caller’s default, when left out')
    .openapi(id),
  'X-Project-Id': z
    .string()
    .optional()
    .describe('the project; the token’s, else the caller’s default, when left out')
    .openapi(id),
});

const projectId = z
  .string()
  .optional()
  .describe('the header X-Project-Id says the same; they must agree')
  .openapi(id);

/** As every answer has it. */
const REQUEST_ID = {
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
} as const;

export function describe({ errors, ...route }: Route): RouteConfig {
  // `security: []` says that nobody need be signed in.
  const signedIn = route.security === undefined;
  const { request = {} } = route;
  const failures = new Set(errors);
  if (signedIn) for (const status of [401, 404, 422]) failures.add(status);
  if (request.body !== undefined) for (const status of [400, 413, 415]) failures.add(status);
  if (route.path.startsWith('/api/')) failures.add(429);
  const responses = {
    ...route.responses,
    ...errorResponses([...failures].toSorted((a, b) => a - b)),
  };
  return {
    ...route,
    operationId: route.operationId ?? nameOf(route),
    request: signedIn ? { ...request, ...placed(request) } : request,
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [
        status,
        '$ref' in response
          ? response
          : { ...response, headers: { ...(response.headers as object), ...REQUEST_ID } },
      ]),
    ),
  };
}

/** The request's parameters with those that name a place. */
function placed({ headers, query }: NonNullable<RouteConfig['request']>) {
  return {
    headers: headers instanceof z.ZodObject ? headers.extend(PLACE.shape) : PLACE,
    query:
      query instanceof z.ZodObject
        ? query.extend({ project_id: projectId })
        : z.object({ project_id: projectId }),
  };
}

/** `get /api/scheduler/scenarios/{id}/runs` → `getSchedulerScenariosIdRuns`. */
function nameOf({ method, path }: RouteConfig): string {
  const words = path.replace(/^\/api\//, '').match(/[A-Za-z0-9]+/g) ?? [];
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
