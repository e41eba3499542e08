/** What every REST operation is handed, and how one is declared: once, for the router and for the document. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { authenticate, type Caller, type Credentials } from '#domain/access/authenticate.ts';
import { authorizationOf, type Asked } from '#domain/access/own-page.ts';
import type { RequestLimits } from '#domain/access/request-limits.ts';
import type { SignInLimits } from '#domain/access/sign-in.ts';
import { assertOwnPassword, type Principal } from '#domain/access/principal.ts';
import type { Registry } from '#domain/step/kind.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { DomainError, invalid, type Problem } from '#platform/errors.ts';
import { describe, MAX_ID, type Route } from './describe.ts';

export type RestDeps = {
  readonly pool: Pool;
  /** The kinds of steps that scenarios may have. */
  readonly kinds: Registry;
  readonly log: Log;
  /** `JWT_SECRET`. */
  readonly jwtSecret: string;
  /** `PUBLIC_URL`; null: the Host that a request names is ours. */
  readonly publicUrl: string | null;
  /** How old a worker's beat may be; 90 in production. */
  readonly heartbeatStaleSeconds: number;
  /** Where tables of before v0.0.38 are looked for; public and honeyframe unless given. */
  readonly searchedSchemas?: readonly string[] | undefined;
  /** Default: none. */
  readonly requestLimits?: RequestLimits | undefined;
};

/** What the operations share within one process. */
export type RestHouse = RestDeps & { readonly limits: SignInLimits };

export type Env = {
  Variables: { requestId: string };
  /** As the Node server hands it over. */
  Bindings: { incoming?: { socket?: { remoteAddress?: string | undefined } } };
};
export type RestApp = OpenAPIHono<Env>;
export type RestContext = Context<Env>;

/** The caller's address as the socket has it; null in a test without one. */
export function addressOf(c: RestContext): string | null {
  return c.env?.incoming?.socket?.remoteAddress ?? null;
}

type Handler = (c: RestContext) => Promise<Response>;

/** Adds an operation: its route, and its part of the OpenAPI document. The domain checks what is sent, so
 *  that every surface answers the same; the document's schemas only describe it. */
export function addOperation(app: RestApp, route: Route, handler: Handler): void {
  app.openAPIRegistry.registerPath(describe(route));
  app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ':$1'), handler);
}

/** Who asks. @throws DomainError as `identity` does; FORBIDDEN for one who has to choose a password first. */
export async function signedIn(house: RestHouse, c: RestContext): Promise<Caller> {
  const caller = await identity(house, c);
  assertOwnPassword(caller);
  return caller;
}

/** Who asks, also one who has to choose a password before anything else.
 *  @throws DomainError as `authenticate` does; VALIDATION for headers that are no ids. */
export async function identity(house: RestHouse, c: RestContext): Promise<Caller> {
  const authorization = authorizationOf(asked(house, c));
  return authenticate(house.pool, { ...placeOf(c), authorization }, house);
}

/** The organisation and the project that the request names, and where it came from.
 *  @throws DomainError VALIDATION for headers that are no ids. */
export function placeOf(c: RestContext): Omit<Credentials, 'authorization'> {
  const problems: Problem[] = [];
  const orgId = readId(c.req.header('X-Org-Id'), 'X-Org-Id', problems);
  const projectId = askedProject(c, problems);
  if (problems.length > 0) throw invalid(problems);
  return { orgId, projectId, address: addressOf(c) };
}

/** The request, as far as it tells which page asked. */
export function asked({ publicUrl }: Pick<RestDeps, 'publicUrl'>, c: RestContext): Asked {
  return { method: c.req.method, header: (name) => c.req.header(name), publicUrl };
}

/** The project that the request names, by header or query; null when it names none. */
export function namedProject(c: RestContext): number | null {
  return askedProject(c, []);
}

/** The project of the request: the one that it names, else the caller's default.
 *  @throws DomainError VALIDATION when there is neither. */
export function currentProject(who: Principal): number {
  if (who.defaultProjectId !== null) return who.defaultProjectId;
  const message =
    'is missing; send the header X-Project-Id or ?project_id=, the token has no default';
  throw invalid([{ path: ['project_id'], message }]);
}

/** What a command changes must lie in the project that the request names.
 *  @throws DomainError NOT_FOUND. */
export function assertProject(c: RestContext, found: Found, what: string): void {
  const named = namedProject(c);
  if (named === null || named === found.projectId) return;
  throw new DomainError('NOT_FOUND', `No ${what} ${found.id} in project ${named}.`);
}

type Found = { readonly id: number; readonly projectId: number };

function askedProject(c: RestContext, problems: Problem[]): number | null {
  const header = readId(c.req.header('X-Project-Id'), 'X-Project-Id', problems);
  const query = readId(c.req.query('project_id'), 'project_id', problems);
  if (header !== null && query !== null && header !== query) {
    const message = `names another project than X-Project-Id, which is ${header}; send one of them`;
    problems.push({ path: ['project_id'], message, value: query });
  }
  return header ?? query;
}

function readId(text: string | undefined, name: string, problems: Problem[]): number | null {
  if (text === undefined || text === '') return null;
  const id = parseId(text);
  if (id === null)
    problems.push({ path: [name], message: 'is a positive whole number', value: text });
  return id;
}

/** An id out of a path or a header; null for anything that can be none. */
export function parseId(text: string, max = MAX_ID): number | null {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : NaN;
  return id <= max ? id : null;
}
