/** What a browser is shown: the console, GraphiQL and dashboards for those who are signed in, the tile and shared
 *  dashboards for whoever has their link. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { tooMany, type RequestLimits } from '#domain/access/request-limits.ts';
import { enterTile } from '#domain/access/tile-link.ts';
import type { House } from '#graphql/context.ts';
import { createGraphiQL } from '#graphql/graphiql.ts';
import { openSession } from '#graphql/session.ts';
import { credentialsOf } from '#graphql/yoga.ts';
import { DomainError } from '#platform/errors.ts';
import { escapeHtml } from '#platform/html.ts';
import type { ConsoleFiles } from './console-files.ts';
import { createDashboardPage } from './dashboard-page.ts';
import { setPolicy } from './http.ts';
import { secondsToWait } from './limit-requests.ts';
import { createSharePage } from './share-page.ts';
import { CACHE, sendFile, staticFile } from './static-file.ts';

/** Answers if the path is one of a page or of a file of the console; false leaves it to the others. */
export type Pages = (req: IncomingMessage, res: ServerResponse, path: string) => boolean;

const GRAPHQL = '/graphql';
const TILE = '/tiles/scheduler';
// No screen of the console has such an address; whoever looks for more there is told that there is none.
const NO_SCREENS = /^\/(api|graphql|metrics|healthz|readyz|assets)(\/|$)/;

const HTML = 'text/html; charset=utf-8';
const WORDS = [`default-src 'none'`, `style-src 'unsafe-inline'`];

// The build has no inline script and no style element; attributes carry widths of bars. 'self' covers the
// WebSocket of the same host, too.
const CONSOLE = [
  `default-src 'self'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `style-src-attr 'unsafe-inline'`,
  `img-src 'self' data:`,
  `font-src 'self'`,
  `connect-src 'self'`,
];

/** @param limits what they share with GraphQL and REST; files of the console are free. */
export function createPages(
  house: House,
  files: ConsoleFiles,
  limits: RequestLimits | undefined,
): Pages {
  const graphiql = lazy(() => {
    const { html, policy } = createGraphiQL();
    const body = Buffer.from(html);
    // 9 MB, of which 2 travel.
    const encoded = { gzip: gzipSync(body) };
    return { policy, file: staticFile(HTML, 'private, no-cache', body, encoded) };
  });

  const showConsole = (req: IncomingMessage, res: ServerResponse, cache: string) => {
    if (files.page) sendFile(req, res, { ...files.page, cache });
    else tell(res, 503, 'The console is not built yet', 'Run `npm run build`, then start again.');
  };

  const showGraphiQL = async (req: IncomingMessage, res: ServerResponse) => {
    setPolicy(res, WORDS);
    const { principal } = await openSession(house, credentialsOf(house, req));
    if (principal === null) {
      const { search } = new URL(req.url ?? '', 'http://here');
      const location = `/sign-in?next=${GRAPHQL}${encodeURIComponent(search)}`;
      res.writeHead(302, { location }).end();
      return;
    }
    setPolicy(res, graphiql().policy);
    sendFile(req, res, graphiql().file);
  };

  const showTile = async (req: IncomingMessage, res: ServerResponse) => {
    // What is wrong with a link is told where its tile would be; those words are worth no attack.
    setPolicy(res, WORDS, ['*']);
    const token = new URL(req.url ?? '', 'http://here').searchParams.get('token') ?? '';
    const { origins } = await enterTile(house.pool, token, house.jwtSecret);
    setPolicy(res, CONSOLE, origins);
    showConsole(req, res, 'no-store');
  };

  const sharePage = createSharePage(house);
  const showShare = async (req: IncomingMessage, res: ServerResponse, path: string) => {
    setPolicy(res, WORDS);
    await sharePage.show(req, res, path);
  };

  const dashboardPage = createDashboardPage(house);

  const finish = async (
    req: IncomingMessage,
    res: ServerResponse,
    show: () => Promise<void>,
  ): Promise<void> => {
    try {
      const seconds = limits ? secondsToWait(limits, house, req) : 0;
      if (seconds === 0) return await show();
      setPolicy(res, WORDS);
      res.setHeader('retry-after', seconds);
      tell(res, 429, 'This cannot be shown now', tooMany(seconds).message);
    } catch (error) {
      if (error instanceof DomainError) {
        const status = error.code === 'NOT_FOUND' ? 404 : 403;
        return tell(res, status, 'This cannot be shown', error.message);
      }
      house.log.error({ err: error }, 'a page could not be made');
      tell(res, 503, 'This cannot be shown now', 'Something failed on the server; the log has it.');
    }
  };

  return (req, res, path) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return false;
    if (path === GRAPHQL && takesHtml(req)) {
      void finish(req, res, () => showGraphiQL(req, res));
      return true;
    }
    if (path === TILE) {
      void finish(req, res, () => showTile(req, res));
      return true;
    }
    if (sharePage.isOf(path)) {
      void finish(req, res, () => showShare(req, res, path));
      return true;
    }
    if (dashboardPage.isOf(path)) {
      void finish(req, res, () => dashboardPage.show(req, res, path));
      return true;
    }
    const file = files.find(path);
    const isPage = path === '/' || (takesHtml(req) && !NO_SCREENS.test(path));
    if (!file && !isPage) return false;
    setPolicy(res, CONSOLE);
    if (file) sendFile(req, res, file);
    else showConsole(req, res, CACHE.asked);
    return true;
  };
}

/** A page of a few words, without script. */
function tell(res: ServerResponse, status: number, title: string, words: string): void {
  res.writeHead(status, { 'content-type': HTML });
  res.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<h1 style="font-size: 1.25rem">${escapeHtml(title)}</h1>
<p>${escapeHtml(words)}</p>
`);
}

const takesHtml = ({ headers }: IncomingMessage) => /\btext\/html\b/.test(headers.accept ?? '');

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
