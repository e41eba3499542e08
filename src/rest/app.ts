/** The REST shim: the product page's endpoints over the same domain functions that GraphQL calls. */
import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { authorizationOf } from '#domain/access/own-page.ts';
import { tooMany } from '#domain/access/request-limits.ts';
import { createSignInLimits } from '#domain/access/sign-in.ts';
import { addAccess } from './access.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { addConnectors } from './connectors.ts';
import { addressOf, asked, type Env, type RestApp, type RestDeps } from './context.ts';
import { addDeliveries } from './deliveries.ts';
import { answerError } from './errors.ts';
import { addHealth } from './health.ts';
import { answerUnknown, holdsNul } from './methods.ts';
import { addReference } from './reference.ts';
import { addRunCommands } from './run-commands.ts';
import { addRuns } from './runs.ts';
import { addScenarios } from './scenarios.ts';
import { addSession } from './session.ts';
import { addTemplates } from './templates.ts';

/** Serves `/api/*`, `/healthz` and `/readyz`; everything else is 404, or 405, in the error shape. */
export function createRestApp(deps: RestDeps): RestApp {
  const app = new OpenAPIHono<Env>();
  app.use(async (c, next) => {
    const given = c.req.header('X-Request-Id') ?? '';
    const requestId = /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    c.set('requestId', requestId);
    await next();
    c.header('X-Request-Id', requestId);
    // Answers depend on who asks and on the moment; an ETag is there to be sent back, not to cache by.
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new HTTPException(413, {
          message: `The body is larger than ${MAX_BODY_BYTES} bytes.`,
        });
      },
    }),
  );
  app.onError((error, c) => answerError(error, c, deps.log));
  app.notFound((c) => answerUnknown(app, c));
  app.use('/api/*', async (c, next) => {
    const origin = { authorization: authorizationOf(asked(deps, c)), address: addressOf(c) };
    const seconds = deps.requestLimits?.take(origin) ?? 0;
    if (seconds > 0) throw tooMany(seconds);
    return holdsNul(c.req.path) ? answerUnknown(app, c) : next();
  });

  const house = { ...deps, limits: createSignInLimits() };
  addHealth(app, house);
  addAccess(app, house);
  addSession(app, house);
  addScenarios(app, house);
  addRuns(app, house);
  addRunCommands(app, house);
  addDeliveries(app, house);
  addTemplates(app, house);
  addConnectors(app, house);
  addReference(app);
  return app;
}
