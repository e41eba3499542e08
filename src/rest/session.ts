/** A browser's session: a cookie that its scripts cannot read. Other programs take a token instead. */
import {
  openBrowserSession,
  renewBrowserSession,
  RENEWED_FOR_DAYS,
  type BrowserSession,
} from '#domain/access/browser-session.ts';
import { noSessionCookie, sessionCookie } from '#domain/access/cookie.ts';
import { SESSION_MINUTES } from '#domain/access/jwt.ts';
import { cameByHttps, isForeign, ownCookie, ownOrigin } from '#domain/access/own-page.ts';
import { DomainError } from '#platform/errors.ts';
import { meBody, MeBody, PasswordForm } from './access.ts';
import { readJson } from './body.ts';
import {
  addOperation,
  asked,
  identity,
  placeOf,
  type RestApp,
  type RestContext,
  type RestHouse,
} from './context.ts';

const PATH = '/api/auth/session';

const COOKIE = {
  'Set-Cookie': { description: 'The session, or its end.', schema: { type: 'string' as const } },
};

export function addSession(app: RestApp, house: RestHouse): void {
  const me = { content: { 'application/json': { schema: MeBody } } };

  addOperation(
    app,
    {
      method: 'post',
      path: PATH,
      summary: 'Sign in, in a browser',
      description:
        `Sets the cookie \`hf_session\`, valid for ${SESSION_MINUTES} minutes. It counts as credentials everywhere, ` +
        'for pages of this address alone.',
      tags: ['access'],
      security: [],
      request: { body: { content: { 'application/json': { schema: PasswordForm } } } },
      responses: {
        200: { description: 'Signed in, as GET /api/me says it.', ...me, headers: COOKIE },
      },
      errors: [401, 404, 422],
    },
    async (c) => {
      // Otherwise any site could sign its visitors in here, as somebody else.
      refuseForeign(house, c);
      return enter(house, c, await openBrowserSession(house, await readJson(c), placeOf(c)));
    },
  );

  addOperation(
    app,
    {
      method: 'get',
      path: PATH,
      summary: 'Who is signed in, in a browser',
      description:
        'As GET /api/me; a page asks it first, so that nobody being signed in is an answer and no error.',
      tags: ['access'],
      security: [],
      responses: {
        200: { description: 'The owner of the cookie, or of the token.', ...me },
        204: { description: 'Nobody is signed in, or not any more.' },
      },
      errors: [404, 422],
    },
    async (c) => {
      try {
        return c.json(await meBody(house, await identity(house, c)));
      } catch (error) {
        if (error instanceof DomainError && error.code === 'UNAUTHENTICATED')
          return c.body(null, 204);
        throw error;
      }
    },
  );

  addOperation(
    app,
    {
      method: 'post',
      path: `${PATH}/renew`,
      summary: 'A new cookie for one that is still good',
      description: `For ${RENEWED_FOR_DAYS} days after the password was given; it answers 401 from then on.`,
      tags: ['access'],
      security: [{ cookie: [] }],
      responses: {
        200: { description: 'Renewed, as GET /api/me says it.', ...me, headers: COOKIE },
      },
      errors: [401, 404, 422],
    },
    async (c) => {
      const token = ownCookie(asked(house, c));
      return enter(house, c, await renewBrowserSession(house, token, placeOf(c)));
    },
  );

  addOperation(
    app,
    {
      method: 'delete',
      path: PATH,
      summary: 'Sign out: the cookie is forgotten',
      tags: ['access'],
      security: [],
      responses: { 204: { description: 'Signed out, or nobody was signed in.', headers: COOKIE } },
      errors: [401],
    },
    async (c) => {
      refuseForeign(house, c);
      c.header('Set-Cookie', noSessionCookie(cameByHttps(asked(house, c))));
      return c.body(null, 204);
    },
  );
}

async function enter(house: RestHouse, c: RestContext, { token, caller }: BrowserSession) {
  const secure = cameByHttps(asked(house, c));
  c.header('Set-Cookie', sessionCookie(token, { maxAgeSeconds: SESSION_MINUTES * 60, secure }));
  return c.json(await meBody(house, caller));
}

function refuseForeign(house: RestHouse, c: RestContext): void {
  const request = asked(house, c);
  if (!isForeign(request)) return;
  const from = request.header('origin') ?? 'another site';
  throw new DomainError(
    'UNAUTHENTICATED',
    `This comes from ${from}, not from ${ownOrigin(request)}. If that is this service behind a proxy, ` +
      'set PUBLIC_URL, or let the proxy pass the Host on.',
  );
}
