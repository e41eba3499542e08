/** The page that a dashboard's link opens: the same drawing as in mail and on paper, for whoever has the link. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openShare, viewShare } from '#domain/dashboard/share.ts';
import type { House } from '#graphql/context.ts';
import { SHARE_PATH } from '#graphql/dashboard-share.ts';
import { setPolicy } from './http.ts';

// A link that is passed around is opened by many at once; each look is a query a card.
const FRESH_MS = 10_000;
// Some 100 KB each, with Han some 500.
const MAX_KEPT = 100;

const POLICY = [
  `default-src 'none'`,
  `style-src 'unsafe-inline'`,
  'font-src data:',
  'img-src data:',
];

type Drawn = { readonly at: number; readonly html: Promise<string> };

export type SharePage = {
  isOf(path: string): boolean;
  /** @throws DomainError NOT_FOUND for a link that opens nothing. */
  show(req: IncomingMessage, res: ServerResponse, path: string): Promise<void>;
};

export function createSharePage(house: House): SharePage {
  const kept = new Map<number, Drawn>();

  const draw = (opened: Awaited<ReturnType<typeof openShare>>): Promise<string> => {
    const { id } = opened.share;
    const now = performance.now();
    const last = kept.get(id);
    if (last && now - last.at < FRESH_MS) return last.html;
    // Not with the request: others may wait for the same. Every card has its own limit.
    const signal = new AbortController().signal;
    const html = viewShare(house, opened, { now: new Date(), signal }).then(async (view) => {
      // The libraries behind charts cost 50 MB: an API that shows no links never loads them.
      const { renderPage } = await import('#domain/report/page.ts');
      return renderPage([view], { mode: 'page' });
    });
    html.catch(() => kept.delete(id));
    kept.delete(id);
    const drawn = { at: now, html };
    kept.set(id, drawn);
    setTimeout(() => {
      if (kept.get(id) === drawn) kept.delete(id);
    }, FRESH_MS).unref();
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
    return html;
  };

  return {
    isOf: (path) => path.startsWith(SHARE_PATH),
    async show(req, res, path) {
      // Asked every time: a link that was revoked shows nothing from that moment.
      const opened = await openShare(house.pool, path.slice(SHARE_PATH.length));
      const body = Buffer.from(await draw(opened));
      setPolicy(res, POLICY);
      res.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': body.length,
        'x-robots-tag': 'noindex, nofollow',
      });
      res.end(req.method === 'HEAD' ? undefined : body);
    },
  };
}
