/** The OpenAPI document: what was added as operations, and what all of them share. */
import { z } from '@hono/zod-openapi';
import { addOperation, type RestApp } from './context.ts';
import { referencePage, type Document } from './reference-page.ts';

const TAGS = [
  { name: 'scenarios', description: 'A trigger and a list of steps.' },
  { name: 'runs', description: 'What a scenario did, does, or is about to do.' },
  { name: 'templates', description: 'Scenarios that are written once and enabled per project.' },
  { name: 'connectors', description: 'Where data comes from and mail goes to.' },
  { name: 'access', description: 'Signing in, and who one is.' },
  { name: 'health', description: 'Probes.' },
  { name: 'document', description: 'This.' },
];

const ABOUT = `JSON in snake_case, ids as integers, instants in ISO 8601 UTC.

**Place.** X-Project-Id (or \`project_id\` in the query) names the project, X-Org-Id the organisation; without them the token's, else the caller's default count. A command must find what it changes in the project that it names.

**Lists.** \`{"items": […], "total": n, "next_cursor": "…" | null}\`; send \`next_cursor\` as \`cursor\` for the next page.

**Failures** share one shape and carry the request's id, as every answer does in X-Request-Id. A stored configuration that fails when it must be resolved is 500 \`trigger_config\` with exactly the offending part in \`config\`; anything unexpected is 500 \`internal\`. A method that a path does not know is 405 with Allow.

**Limits.** A token, and an address, may send so many requests a minute, counted by each API process; beyond that it is 429 with Retry-After.`;

/** Call it last: it describes what was added before. */
export function addReference(app: RestApp): void {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A session of POST /api/auth/login, or a personal access token hf_….',
  });
  registry.registerComponent('securitySchemes', 'cookie', {
    type: 'apiKey',
    in: 'cookie',
    name: 'hf_session',
    description: 'A browser’s session of POST /api/auth/session, for pages of this address alone.',
  });
  registry.registerComponent('headers', 'RequestId', {
    description:
      'The request’s id: the one that was sent, if it is 1 to 64 of A-Z a-z 0-9 _ . -, or a new one.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$' },
  });

  let made: Document | undefined;
  const document = () => (made ??= makeDocument(app));
  const tags = ['document'];
  const open = { tags, security: [], errors: [] };

  addOperation(
    app,
    {
      ...open,
      method: 'get',
      path: '/api/openapi.json',
      summary: 'This document',
      responses: {
        200: {
          description: 'OpenAPI 3.1.',
          content: {
            'application/json': {
              schema: z.looseObject({ openapi: z.literal('3.1.0') }),
            },
          },
        },
      },
    },
    async (c) => c.json(document()),
  );

  let page: string | undefined;
  addOperation(
    app,
    {
      ...open,
      method: 'get',
      path: '/api/reference',
      summary: 'The same as a page, without network or script',
      responses: {
        200: { description: 'HTML.', content: { 'text/html': { schema: z.string() } } },
      },
    },
    async (c) => c.html((page ??= String(await referencePage(document())))),
  );
}

function makeDocument(app: RestApp): Document {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Honeyframe Scheduler',
      version: '0.0.68',
      description: ABOUT,
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { cookie: [] }],
  });
  const used = new Set(
    Object.values(document.paths ?? {}).flatMap((item) =>
      Object.values(item as Record<string, { tags?: string[] }>).flatMap(({ tags = [] }) => tags),
    ),
  );
  return { ...document, tags: TAGS.filter(({ name }) => used.has(name)) };
}
