/** A dashboard as a page of its own, for the console to frame: the same drawing as in mail and on paper, for whoever is
 *  signed in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertOwnPassword } from '#domain/access/principal.ts';
import { viewDashboard } from '#domain/dashboard/view.ts';
import { readTimeFilter, timeFilterForm } from '#domain/dashboard/time-filter.ts';
import { getDashboard } from '#domain/dashboard/dashboard.ts';
import { findZone } from '#domain/trigger/zone.ts';
import type { House } from '#graphql/context.ts';
import { openSession } from '#graphql/session.ts';
import { credentialsOf } from '#graphql/yoga.ts';
import { DomainError } from '#platform/errors.ts';
import { setPolicy } from './http.ts';

const PATH = /^\/dashboards\/(\d{1,9})\/page$/;

// Nothing is run or fetched, and only the console may frame it.
const POLICY = [
  `default-src 'none'`,
  `style-src 'unsafe-inline'`,
  'font-src data:',
  'img-src data:',
  'sandbox allow-same-origin',
];

export type DashboardPage = {
  isOf(path: string): boolean;
  /** `?period=last_week` or `?from=2026-11-16&to=2026-11-22`, `&zone=Asia/Jakarta`; the dashboard's and the project's
   *  own by default, also where the address says what cannot be.
   *  @throws DomainError NOT_FOUND, UNAUTHENTICATED. */
  show(req: IncomingMessage, res: ServerResponse, path: string): Promise<void>;
};

export function createDashboardPage(house: House): DashboardPage {
  return {
    isOf: (path) => PATH.test(path),
    async show(req, res, path) {
      // What is refused is told within the frame.
      setPolicy(res, POLICY, []);
      const { principal, refusal } = await openSession(house, credentialsOf(house, req));
      if (!principal) {
        throw refusal ?? new DomainError('UNAUTHENTICATED', 'Sign in to see this dashboard.');
      }
      assertOwnPassword(principal);
      const id = Number(PATH.exec(path)?.[1]);
      const { searchParams: search } = new URL(req.url ?? '', 'http://here');
      const { zone: own } = await getDashboard(house.pool, principal, id);
      const filter = filterOf(search);
      const gone = new AbortController();
      res.once('close', () => gone.abort());
      const view = await viewDashboard(house, principal, id, {
        ...(filter !== null && { filter }),
        zone: findZone(search.get('zone') ?? '') ?? own,
        now: new Date(),
        signal: gone.signal,
      });
      // The libraries behind charts cost 50 MB: an API that shows no dashboards never loads them.
      const { renderPage } = await import('#domain/report/page.ts');
      const body = Buffer.from(renderPage([view], { mode: 'page', framed: true }));
      res.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': body.length,
      });
      res.end(req.method === 'HEAD' ? undefined : body);
    },
  };
}

function filterOf(search: URLSearchParams) {
  const [from, to] = [search.get('from'), search.get('to')];
  const range = timeFilterForm.safeParse({ from, to }).data;
  return range ?? readTimeFilter(search.get('period'));
}
