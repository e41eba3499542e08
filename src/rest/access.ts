/** Signing in, and who one is. */
import { z } from '@hono/zod-openapi';
import type { Caller } from '#domain/access/authenticate.ts';
import { signIn } from '#domain/access/sign-in.ts';
import { getViewer, type OrgRef } from '#domain/access/viewer.ts';
import { readJson } from './body.ts';
import { addOperation, addressOf, identity, type RestApp, type RestHouse } from './context.ts';

const Org = z
  .object({ id: z.int(), slug: z.string(), name: z.string(), timezone: z.string() })
  .openapi('Organisation');
const RoleName = z.enum(['viewer', 'analyst', 'designer', 'admin']);

export const LoginBody = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    must_reset_password: z.boolean(),
  })
  .openapi('Login');

export const MeBody = z
  .object({
    id: z.int(),
    email: z.string(),
    name: z.string(),
    must_reset_password: z.boolean(),
    org: Org.describe('the one that this request speaks for'),
    orgs: z.array(Org),
    role: RoleName.nullable().describe('over the whole organisation'),
    project_roles: z.array(z.object({ project_id: z.int(), role: RoleName })),
    default_project_id: z.int().nullable(),
    scopes: z.array(z.enum(['read', 'write', 'admin'])).describe('of the token; empty: no limit'),
    expires_at: z.iso
      .datetime()
      .nullable()
      .describe('of the session or the token in use; null: once it is revoked'),
  })
  .openapi('Me');

const MAX_LENGTH = 1024;
export const PasswordForm = z
  .object({
    username: z.string().min(1).max(MAX_LENGTH).describe('the e-mail, in any case'),
    password: z.string().min(1).max(MAX_LENGTH),
  })
  .openapi('Password', { example: { username: 'ada@example.com', password: 'correct horse' } });

export function addAccess(app: RestApp, house: RestHouse): void {
  addOperation(
    app,
    {
      method: 'post',
      path: '/api/auth/login',
      summary: 'Sign in',
      description: 'Answers a token for the header `Authorization: Bearer`, valid for 60 minutes.',
      tags: ['access'],
      security: [],
      request: { body: { content: { 'application/json': { schema: PasswordForm } } } },
      responses: {
        200: {
          description: 'Signed in.',
          content: { 'application/json': { schema: LoginBody } },
        },
      },
      errors: [401, 422],
    },
    async (c) => {
      const session = await signIn(house, await readJson(c), addressOf(c));
      return c.json({
        access_token: session.accessToken,
        token_type: session.tokenType,
        must_reset_password: session.mustResetPassword,
      });
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: '/api/me',
      summary: 'Who the token, or the cookie, belongs to',
      tags: ['access'],
      responses: {
        200: { description: 'The caller.', content: { 'application/json': { schema: MeBody } } },
      },
      errors: [],
    },
    async (c) => c.json(await meBody(house, await identity(house, c))),
  );
}

/** What a caller is told of itself. */
export async function meBody({ pool }: RestHouse, caller: Caller): Promise<z.infer<typeof MeBody>> {
  const viewer = await getViewer(pool, caller);
  return {
    id: viewer.id,
    email: viewer.email,
    name: viewer.name,
    must_reset_password: viewer.mustResetPassword,
    org: orgBody(viewer.org),
    orgs: viewer.orgs.map(orgBody),
    role: viewer.role,
    project_roles: viewer.projectRoles.map(({ projectId, role }) => ({
      project_id: projectId,
      role,
    })),
    default_project_id: viewer.defaultProjectId,
    scopes: [...viewer.scopes],
    expires_at: caller.expiresAt?.toISOString() ?? null,
  };
}

function orgBody({ id, slug, name, timezone }: OrgRef) {
  return { id, slug, name, timezone };
}
