/** Rows of a JSON API over http(s): page by page, never the whole set; a page is at most 16 MB. A server that is busy is
 *  waited for; one that says that nothing has changed is believed. */
import { createHash } from 'node:crypto';
import { callPage, type Call } from './api-rest-call.ts';
import * as form from './api-rest-form.ts';
import { readPages, type RowsPage } from './api-rest-pages.ts';
import { cellsOf, columnsOf, strayFields, type Column } from './api-rest-rows.ts';
import type { Batch, Cell, ConnectorType, OpenedRows, OpenOptions } from './connector-type.ts';
import { Failure } from './failure.ts';

type Connector = { readonly config: form.Config; readonly secrets: form.Secrets };

// Names of fields that are told, at most.
const SHOWN_FIELDS = 20;

export const apiRest: ConnectorType<form.Config, form.Secrets, form.Source> = {
  type: 'api_rest',
  label: 'REST API',
  description: 'Lists of JSON objects behind http(s), page by page.',
  config: form.config,
  secrets: form.secrets,
  async test({ config, secrets }, signal) {
    const call = { ...callOf({ config, secrets }, signal, () => {}), timeoutSeconds: 10, tries: 1 };
    const url = new URL(config.base_url);
    const { bytes } = await callPage(url, call);
    return `${url.href} answers with ${bytes} bytes of JSON`;
  },
  rows: {
    source: form.source,
    open: (connector, source, options) => open(connector, source, options),
  },
};

async function open(
  connector: Connector,
  source: form.Source,
  options: OpenOptions,
): Promise<OpenedRows> {
  const root = rootOf(connector.config);
  const first = firstUrl(root, connector.config.base_url, source, options.since);
  // Disposal ends a request that is under way.
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const call = callOf(connector, signal, options.log);
  // Only of one page does the ETag tell of the whole.
  const conditional = source.etag && source.paging.type === 'none';
  const way = wayOf(first, source, connector.config);
  const etag =
    conditional && options.version?.startsWith(way) ? options.version.slice(way.length) : null;
  const headers = etag === null ? call.headers : { ...call.headers, 'if-none-match': etag };
  const pages = readPages(first, root, source, { ...call, headers });
  const head = (await pages.next()).value!;
  const columns = columnsOf(source, head.rows, options.known);
  if (columns.length === 0 && !head.notModified) {
    throw new Failure(
      `The first page of ${first.origin}${first.pathname} has no rows to take the columns from; name them (columns).`,
    );
  }
  return {
    columns: columns.map(({ path: _, ...column }) => column),
    totalBytes: null,
    unchanged: head.notModified,
    version: conditional && head.etag !== null ? way + head.etag : null,
    batches: batches(head, pages, columns, source, options),
    async [Symbol.asyncDispose]() {
      closing.abort(new Failure('The source was closed.'));
    },
  };
}

async function* batches(
  head: RowsPage,
  pages: AsyncIterable<RowsPage>,
  columns: readonly Column[],
  source: form.Source,
  { log }: OpenOptions,
): AsyncGenerator<Batch> {
  const stray = new Set<string>();
  const taken = new Set(columns.map(({ path }) => String(path[0])));
  let from = 0;
  for await (const page of joined(head, pages)) {
    const rows: Cell[][] = [];
    const lines: number[] = [];
    const broken: { line: number; why: string }[] = [];
    for (const [i, row] of page.rows.entries()) {
      const read = cellsOf(row, columns);
      if ('why' in read) broken.push({ line: from + i + 1, why: read.why });
      else {
        rows.push(read.cells);
        lines.push(from + i + 1);
      }
    }
    from += page.rows.length;
    if (source.columns === undefined) {
      for (const name of strayFields(page.rows, taken)) stray.add(name);
    }
    if (page.rows.length > 0) yield { rows, lines, broken, bytes: page.bytes };
  }
  if (stray.size === 0) return;
  const names = [...stray].slice(0, SHOWN_FIELDS).join(', ');
  log(`later pages have fields that the first one lacks, not kept: ${names}; name columns`, 'warn');
}

async function* joined(head: RowsPage, rest: AsyncIterable<RowsPage>) {
  yield head;
  yield* rest;
}

function callOf({ config, secrets }: Connector, signal: AbortSignal, log: Call['log']): Call {
  const headers = { ...config.headers, ...authorization(config, secrets) };
  return { headers, timeoutSeconds: config.timeout, signal, log };
}

function authorization(config: form.Config, secrets: form.Secrets): Record<string, string> {
  const need = <T>(value: T | undefined, name: string) => {
    if (value !== undefined) return value;
    throw new Failure(`The connector signs in by ${config.auth} and has no ${name}; give it one.`);
  };
  switch (config.auth) {
    case 'none':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${need(secrets.token, 'token')}` };
    case 'header':
      return { [config.auth_header]: need(secrets.token, 'token') };
    case 'basic': {
      const pair = `${need(config.user, 'user')}:${need(secrets.password, 'password')}`;
      return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
    }
  }
}

/** base_url as a folder: `…/v2` and `…/v2/` are the same. */
function rootOf({ base_url: base }: form.Config): URL {
  const url = new URL(base);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function firstUrl(
  root: URL,
  bare: string,
  { path, query, since }: form.Source,
  after: OpenOptions['since'],
): URL {
  // A path that begins with a slash is below base_url too; none at all is base_url itself, as it was written.
  const url = path === '' ? new URL(bare) : URL.parse(path.replace(/^\/+/, ''), root);
  if (url === null || (path !== '' && !url.href.startsWith(root.href))) {
    throw new Failure(`${path} does not lie below the connector's base_url ${root.href}.`);
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  if (since !== undefined && after !== null) {
    url.searchParams.set(since.param, formatted(after.value, since.format));
  }
  return url;
}

type SinceFormat = NonNullable<form.Source['since']>['format'];

/** The cursor as the warehouse writes it, `2026-01-02 00:00:00.123456+00`, as the API wants it; never later than it is. */
function formatted(cursor: string, format: SinceFormat): string {
  if (format === 'as_is') return cursor;
  const iso = cursor.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
  const zoned = /(?:[+-]\d\d:\d\d|Z)$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`;
  const ms = Date.parse(zoned);
  if (Number.isNaN(ms)) {
    throw new Failure(
      `The cursor ${JSON.stringify(cursor)} is no point in time, so it cannot be sent as ${format}; take as_is.`,
    );
  }
  const text = new Date(ms).toISOString();
  if (format === 'iso') return text;
  if (format === 'date') return text.slice(0, 10);
  return String(format === 'unix' ? Math.floor(ms / 1000) : ms);
}

/** An ETag belongs to one address and to how its answer is read. */
function wayOf(url: URL, source: form.Source, { headers }: form.Config): string {
  const text = JSON.stringify([url.href, source.rows, source.columns, headers]);
  return `${createHash('sha256').update(text).digest('base64url').slice(0, 22)} `;
}
