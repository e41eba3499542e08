/** The document as a page for people. It needs no network and no script: what is long is folded by the browser. */
import { html, raw } from 'hono/html';
import type { RestApp } from './context.ts';
import { STYLE } from './reference-style.ts';
import { exampleOf, fieldsOf, nameOfSchema, wordOf, type Schema } from './schema-words.ts';

export type Document = ReturnType<RestApp['getOpenAPI31Document']>;

type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
};
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
type Operation = {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly operationId?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
};
type Answer = {
  readonly description: string;
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, unknown>>;
};
type Found = { readonly method: string; readonly path: string; readonly operation: Operation };

export function referencePage(document: Document) {
  const schemas = (document.components?.schemas ?? {}) as Readonly<Record<string, Schema>>;
  const found: Found[] = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const groups = (document.tags ?? []).map(({ name, description = '' }) => ({
    name,
    description,
    found: found.filter(({ operation }) => operation.tags?.includes(name)),
  }));
  const { title, version, description = '' } = document.info;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: REST</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <nav aria-label="Operations">
          <p><strong>REST</strong> ${version}</p>
          ${groups.map(
            (group) =>
              html`<h2>${group.name}</h2>
                <ul>
                  ${group.found.map(
                    (each) =>
                      html`<li>
                        <a href="#${idOf(each)}"
                          >${badge(each.method)} ${each.operation.summary ?? ''}</a
                        >
                      </li>`,
                  )}
                </ul>`,
          )}
          <h2>schemas</h2>
          <ul>
            ${Object.keys(schemas).map((name) => html`<li><a href="#schema-${name}">${name}</a></li>`)}
          </ul>
        </nav>
        <main>
          <h1>${title}: REST</h1>
          <p>The same for machines: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
          ${description.split('\n\n').map((part) => html`<p>${marked(part)}</p>`)}
          ${securitySchemes(document)}
          ${groups.map(
            (group) =>
              html`<h2 class="group">${group.name}</h2>
                <p>${group.description}</p>
                ${group.found.map((each) => section(each, schemas))}`,
          )}
          <h2 class="group">schemas</h2>
          ${Object.entries(schemas).map(([name, schema]) => schemaSection(name, schema, schemas))}
        </main>
      </body>
    </html>`;
}

function securitySchemes({ components }: Document) {
  const schemes = Object.entries(components?.securitySchemes ?? {});
  return html`<h2 class="group">signing in</h2>
    <dl>
      ${schemes.map(
        ([name, scheme]) =>
          html`<dt><code>${name}</code></dt>
            <dd>${'description' in scheme ? scheme.description : ''}</dd>`,
      )}
    </dl>`;
}

const idOf = ({ method, path, operation }: Found) => operation.operationId ?? `${method}${path}`;

const badge = (method: string) => html`<b class="method ${method.toLowerCase()}">${method}</b>`;

function section(found: Found, schemas: Readonly<Record<string, Schema>>) {
  const { method, path, operation } = found;
  const { parameters = [], requestBody, responses } = operation;
  return html`<section id="${idOf(found)}">
    <h3>${badge(method)} <code>${breakable(path)}</code></h3>
    <p>${operation.summary ?? ''}. ${marked(operation.description ?? '')}</p>
    <p class="note">
      ${operation.security?.length === 0 ? 'Needs no token.' : raw('')} ${curl(found, schemas)}
    </p>
    ${
      parameters.length === 0
        ? raw('')
        : html`<h4>Parameters</h4>
            <dl>
              ${parameters.map(
                (each) =>
                  html`<dt>
                      <code>${each.name}</code>
                      <span class="type"
                        >${each.in},
                        ${wordOf(each.schema ?? {})}${each.required ? ', required' : ''}</span
                      >
                    </dt>
                    <dd>${each.description ?? ''}</dd>`,
              )}
            </dl>`
    }
    ${
      requestBody === undefined
        ? raw('')
        : html`<h4>Body ${requestBody.required === false ? '(may be left out)' : ''}</h4>
            ${content(requestBody.content, schemas)}`
    }
    <h4>Answers</h4>
    <dl>
      ${Object.entries(responses).map(
        ([status, answer]) =>
          html`<dt>
              <b class="status s${status[0]}">${status}</b>
              <span class="type">${headersOf(answer)}</span>
            </dt>
            <dd>${marked(answer.description)} ${content(answer.content ?? {}, schemas)}</dd>`,
      )}
    </dl>
  </section>`;
}

// Every answer has the request's id, as it says at the top.
const headersOf = ({ headers = {} }: Answer) =>
  Object.keys(headers)
    .filter((name) => name !== 'X-Request-Id')
    .join(', ');

/** A schema that has a name is linked, another is written out. */
function content(given: Content, schemas: Readonly<Record<string, Schema>>) {
  return Object.entries(given).map(([type, { schema = {} }]) => {
    const name = nameOfSchema(schema);
    if (name !== null) return html`<a href="#schema-${name}">${name}</a>`;
    if (type !== 'application/json') return html`<code>${type}</code>`;
    return html`${fields(schema, schemas)}`;
  });
}

function fields(schema: Schema, schemas: Readonly<Record<string, Schema>>) {
  const rows = fieldsOf(schema, schemas);
  if (rows.length === 0) return html`<p class="type">${wordOf(schema)}</p>`;
  return html`<dl class="fields">
    ${rows.map(
      ({ path, schema: field, required, of }) =>
        html`<dt style="padding-left: ${path.length - 1}rem">
            <code>${path.at(-1)}</code>
            <span class="type"
              >${typeLink(field)}${required ? '' : ', optional'}${of === null ? '' : `; of ${of}`}</span
            >
          </dt>
          <dd style="padding-left: ${path.length - 1}rem">${marked(field.description ?? '')}</dd>`,
    )}
  </dl>`;
}

function typeLink(schema: Schema) {
  const name = nameOfSchema(schema) ?? nameOfSchema(schema.items ?? {});
  if (name === null) return wordOf(schema);
  const link = html`<a href="#schema-${name}">${name}</a>`;
  return schema.items ? html`list of ${link}` : link;
}

function schemaSection(name: string, schema: Schema, schemas: Readonly<Record<string, Schema>>) {
  const example = exampleOf(schema, schemas);
  return html`<section id="schema-${name}">
    <h3>${name}</h3>
    <p>${marked(schema.description ?? '')}</p>
    ${fields(schema, schemas)}
    ${
      example === undefined
        ? raw('')
        : html`<details>
            <summary>Example</summary>
            <pre tabindex="0">${JSON.stringify(example, null, 2)}</pre>
          </details>`
    }
  </section>`;
}

/** The request as one may type it. */
function curl({ method, path, operation }: Found, schemas: Readonly<Record<string, Schema>>) {
  const { requestBody, security } = operation;
  const schema = requestBody?.content['application/json']?.schema;
  const example = schema && exampleOf(schema, schemas);
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$URL${path}"`,
    ...(security?.length === 0 ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(example === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example)}'`]),
  ];
  return html`<details>
    <summary>curl</summary>
    <pre tabindex="0">${lines.join(' \\\n  ')}</pre>
  </details>`;
}

/** `code` and **strong**, the two marks that our descriptions use. */
function marked(text: string) {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .map((part) =>
      part.startsWith('`')
        ? html`<code>${part.slice(1, -1)}</code>`
        : part.startsWith('**')
          ? html`<strong>${part.slice(2, -2)}</strong>`
          : part,
    );
}

/** A path may break after its slashes. */
const breakable = (path: string) =>
  path.split('/').flatMap((part, n) => (n === 0 ? [part] : ['/', html`<wbr />`, part]));
