/** The OpenAPI document, and the same as a page for people that needs no network and no script. */
import { html, raw } from 'hono/html';
import type { RestApp } from './context.ts';

const TITLE = 'Honeyframe Scheduler';

type Document = ReturnType<RestApp['getOpenAPI31Document']>;
type Operation = {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly { name: string; in: string; description?: string }[];
  readonly requestBody?: { content: Record<string, { schema?: unknown }> };
  readonly responses: Record<string, { description: string }>;
};

/** Call it last: it describes what was added before. */
export function addReference(app: RestApp): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A session of POST /api/auth/login, or a personal access token hf_….',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'cookie', {
    type: 'apiKey',
    in: 'cookie',
    name: 'hf_session',
    description: 'A browser’s session of POST /api/auth/session, for pages of this address alone.',
  });
  let made: Document | undefined;
  const document = () =>
    (made ??= app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: TITLE,
        version: '0.0.68',
        description:
          'X-Project-Id names the project, X-Org-Id the organisation; both have defaults. ' +
          'Errors share one shape and carry the request’s id.',
      },
      security: [{ bearer: [] }, { cookie: [] }],
    }));
  app.get('/api/openapi.json', (c) => c.json(document()));
  app.get('/api/reference', (c) => c.html(page(document())));
}

function page({ paths = {} }: Document) {
  const sections = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      section(method.toUpperCase(), path, operation as Operation),
    ),
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${TITLE}: REST</title>
        <style>
          body {
            font:
              1rem/1.5 system-ui,
              sans-serif;
            max-width: 60rem;
            margin: 2rem auto;
            padding: 0 1rem;
          }
          h2 {
            font-size: 1.1rem;
            margin-top: 2.5rem;
          }
          pre {
            overflow: auto;
            padding: 1rem;
            border: 1px solid #8886;
          }
          :root {
            color-scheme: light dark;
          }
        </style>
      </head>
      <body>
        <h1>${TITLE}: REST</h1>
        <p>The same for machines: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
        ${sections}
      </body>
    </html>`;
}

function section(method: string, path: string, operation: Operation) {
  const body = operation.requestBody?.content['application/json']?.schema;
  return html`<section>
    <h2><code>${method} ${path}</code></h2>
    <p>${operation.summary ?? ''}. ${operation.description ?? ''}</p>
    <ul>
      ${(operation.parameters ?? []).map(
        (each) => html`<li><code>${each.name}</code> (${each.in}) ${each.description ?? ''}</li>`,
      )}
    </ul>
    ${
      body === undefined
        ? raw('')
        : html`<details>
            <summary>Body</summary>
            <pre>${JSON.stringify(body, null, 2)}</pre>
          </details>`
    }
    <ul>
      ${Object.entries(operation.responses).map(
        ([status, { description }]) => html`<li><strong>${status}</strong> ${description}</li>`,
      )}
    </ul>
  </section>`;
}
