/** The pages of an API, one after the other, each only when the last one has been taken. */
import { callPage, type Call, type Page } from './api-rest-call.ts';
import type { Paging, Source } from './api-rest-form.ts';
import { Failure } from './failure.ts';
import { parsePath, valueAt } from './json-path.ts';
import { shown } from './open-url.ts';
import { isRawJson } from './raw-json.ts';

export type RowsPage = Page & { readonly url: URL; readonly rows: readonly unknown[] };

/** @param first the address of the first page, with the query's parameters. @param root what no page may leave.
 *  @throws Failure; the signal's reason when aborted. */
export async function* readPages(
  first: URL,
  root: URL,
  source: Source,
  call: Call,
): AsyncGenerator<RowsPage, undefined> {
  const { paging } = source;
  const most = source.max_megabytes * 1e6;
  let url = begin(first, paging);
  let bytes = 0;
  let rowsBefore = 0;
  let lastSeen = '';
  for (let number = 1; ; number++) {
    if (number > source.max_pages) {
      throw new Failure(
        `${shown(first)} has more than ${source.max_pages} pages (max_pages); nothing was kept.`,
      );
    }
    const page = await callPage(url, call);
    if (page.notModified) {
      yield { ...page, url, rows: [] };
      return;
    }
    bytes += page.bytes;
    if (bytes > most) {
      throw new Failure(
        `${shown(first)} answers with more than ${source.max_megabytes} MB (max_megabytes); nothing was kept.`,
      );
    }
    const rows = rowsOf(page.document, source, url);
    const next = nextOf(page, url, source, rowsBefore + rows.length, rows.length, number);
    if (next !== null) {
      lastSeen = refuseStanding(page, rows, lastSeen, number, paging);
      refuseStranger(next, root);
      if (next.href === url.href) throw new Failure(`Page ${number} names itself as the next one.`);
    }
    yield { ...page, bytes, url, rows };
    if (next === null) return;
    rowsBefore += rows.length;
    url = next;
  }
}

function begin(first: URL, paging: Paging): URL {
  const url = new URL(first);
  if (paging.type === 'page') {
    url.searchParams.set(paging.param, String(paging.start));
    if (paging.size_param !== undefined && paging.size !== undefined) {
      url.searchParams.set(paging.size_param, String(paging.size));
    }
  }
  if (paging.type === 'offset') {
    url.searchParams.set(paging.param, '0');
    url.searchParams.set(paging.size_param, String(paging.size));
  }
  return url;
}

function rowsOf(document: unknown, source: Source, url: URL): readonly unknown[] {
  const rows = valueAt(document, parsePath(source.rows)!);
  if (Array.isArray(rows)) return rows;
  // Some answer null for an empty list.
  if (rows === null) return [];
  const found = rows === undefined ? 'nothing' : `${typeof rows}, not a list`;
  throw new Failure(
    `GET ${shown(url)}: at ${source.rows} there is ${found}; check where the rows are (rows).`,
  );
}

/** The next page's address; null after the last one. */
function nextOf(
  page: Page,
  url: URL,
  { paging }: Source,
  rowsSoFar: number,
  rowsHere: number,
  number: number,
): URL | null {
  const with_ = (name: string, value: string) => {
    const next = new URL(url);
    next.searchParams.set(name, value);
    return next;
  };
  switch (paging.type) {
    case 'none':
      return null;
    case 'page':
      // A page that is short may only be what the server is willing to send: it ends at an empty one.
      return rowsHere === 0 ? null : with_(paging.param, String(paging.start + number));
    case 'offset':
      return rowsHere === 0 ? null : with_(paging.param, String(rowsSoFar));
    case 'cursor': {
      const cursor = valueAt(page.document, parsePath(paging.path)!);
      return isText(cursor) ? with_(paging.param, textOf(cursor)) : null;
    }
    case 'link': {
      const target = page.link === null ? null : nextLink(page.link);
      return target === null ? null : new URL(target, url);
    }
    case 'next_url': {
      const target = valueAt(page.document, parsePath(paging.path)!);
      if (target === null || target === undefined || target === '') return null;
      const next = typeof target === 'string' ? URL.parse(target, url) : null;
      if (next === null) throw new Failure(`At ${paging.path} there is no address of a next page.`);
      return next;
    }
  }
}

const isText = (value: unknown) =>
  (typeof value === 'string' && value !== '') ||
  (typeof value === 'number' && !Number.isNaN(value)) ||
  isRawJson(value);

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** `<https://…>; rel="next"` out of a Link header. */
function nextLink(header: string): string | null {
  for (const [, target = '', rest = ''] of header.matchAll(/<([^>]*)>((?:[^,"]|"[^"]*")*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(rest);
    if ((rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/).includes('next')) return target;
  }
  return null;
}

/** A server that ignores the parameter sends the same page for ever. */
function refuseStanding(
  page: Page,
  rows: readonly unknown[],
  lastSeen: string,
  number: number,
  paging: Paging,
): string {
  if (rows.length === 0) return lastSeen;
  if (page.digest !== lastSeen) return page.digest;
  const param = 'param' in paging ? `; the server seems to ignore ${paging.param}` : '';
  throw new Failure(`Page ${number} is the same as the one before${param}.`);
}

/** The sign-in goes with each page, so each stays where the connector says. */
function refuseStranger(next: URL, root: URL): void {
  if (next.origin === root.origin) return;
  throw new Failure(
    `The next page is at ${next.origin}, outside of the connector's base_url ${root.origin}.`,
  );
}
