/** Which changes are shown, as the address says it: `?who=User:7&what=scenario.update&of=scenario:42&from=2026-11-01`. */
import { useSearchParams } from 'wouter';

export type AuditFilters = {
  /** `User:7`; empty: anyone. */
  readonly who: string;
  /** `scenario.update`, or `scenario` for all that is done to scenarios; empty: anything. */
  readonly what: string;
  /** `scenario:42`: one resource; empty: any. */
  readonly of: string;
  /** Days of the reader's zone, `2026-11-25`, both included; empty: open. */
  readonly from: string;
  readonly to: string;
};

const DAY = /^\d{4}-\d\d-\d\d$/;
const NAMES = ['who', 'what', 'of', 'from', 'to'] as const;

/** What the address cannot mean counts as not said. */
export function readFilters(search: URLSearchParams): AuditFilters {
  const text = (name: string) => search.get(name)?.trim() ?? '';
  const day = (name: string) => (DAY.test(text(name)) ? text(name) : '');
  return {
    who: /^User:\d{1,9}$/.test(text('who')) ? text('who') : '',
    what: text('what'),
    of: text('of').includes(':') ? text('of') : '',
    from: day('from'),
    to: day('to'),
  };
}

/** The beginning of a local day, so many days later. @returns null for a day that there is not. */
function dayStart(day: string, later: number): string | null {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + later);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** The same as the server is asked for. */
export function toServer({ who, what, of, from, to }: AuditFilters) {
  const [ofType = '', ofId = ''] = split(of);
  const isAction = what.includes('.');
  return {
    userId: who || null,
    action: isAction ? what : null,
    resourceType: ofType || (isAction ? null : what) || null,
    resourceId: ofId || null,
    from: from ? dayStart(from, 0) : null,
    to: to ? dayStart(to, 1) : null,
  };
}

function split(of: string): [string, string] | [] {
  const at = of.indexOf(':');
  return at === -1 ? [] : [of.slice(0, at), of.slice(at + 1)];
}

export const isFiltered = (filters: AuditFilters): boolean =>
  NAMES.some((name) => filters[name] !== '');

/** The filters of the address, and what changes some of them: that leads to the first page. */
export function useFilters() {
  const [search, setSearch] = useSearchParams();
  return {
    filters: readFilters(search),
    set(change: Partial<AuditFilters>) {
      setSearch((before) => withFilters(before, change));
    },
    /** Of a link that changes some of them. */
    searchOf: (change: Partial<AuditFilters>) => `?${withFilters(search, change).toString()}`,
  };
}

function withFilters(before: URLSearchParams, change: Partial<AuditFilters>): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const key of ['after', 'before']) after.delete(key);
  for (const [name, value] of Object.entries(change)) {
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
}
