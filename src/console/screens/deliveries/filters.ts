/** Which deliveries are shown, as the address says it: `?state=FAILED,UNKNOWN&to=ana&scenario=42&from=2026-11-01`. */
import { useSearchParams } from 'wouter';
import type { EmailDeliveryFilter, EmailDeliveryState } from '../../generated/graphql.ts';
import { DELIVERY_LOOKS } from '../../words/deliveries.ts';

export type DeliveryFilters = {
  readonly states: readonly EmailDeliveryState[];
  /** Part of an address; empty: anybody. */
  readonly recipient: string;
  /** The number of a scenario; empty: any. */
  readonly scenario: string;
  /** The number of a run: what its chain of retries sent; empty: any. */
  readonly run: string;
  /** Days of the reader's zone, `2026-11-25`, both included; empty: open. */
  readonly from: string;
  readonly until: string;
  /** Of every project that one may see. */
  readonly everywhere: boolean;
};

export const STATES = Object.keys(DELIVERY_LOOKS) as readonly EmailDeliveryState[];
const DAY = /^\d{4}-\d\d-\d\d$/;

/** What the address cannot mean counts as not said. */
export function readFilters(search: URLSearchParams): DeliveryFilters {
  const text = (name: string) => search.get(name)?.trim() ?? '';
  const day = (name: string) => (DAY.test(text(name)) ? text(name) : '');
  const states = text('state').split(',');
  const everywhere = text('in') === 'all';
  const number = (name: string) => (/^\d{1,15}$/.test(text(name)) ? text(name) : '');
  return {
    states: STATES.filter((state) => states.includes(state)),
    recipient: text('to'),
    scenario: everywhere || number('scenario').length > 9 ? '' : number('scenario'),
    run: everywhere ? '' : number('run'),
    from: day('from'),
    until: day('until'),
    everywhere,
  };
}

/** The beginning of a local day, so many days later; null for a day that there is not. */
function dayStart(day: string, later: number): string | null {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + later);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** The same as the server is asked for. */
export function toServer(filters: DeliveryFilters, projectId: string): EmailDeliveryFilter {
  const { states, recipient, scenario, run, from, until, everywhere } = filters;
  return {
    projectId: everywhere ? null : projectId,
    state: states.length > 0 ? [...states] : null,
    recipient: recipient || null,
    scenarioId: scenario || null,
    runId: run || null,
    from: from ? dayStart(from, 0) : null,
    to: until ? dayStart(until, 1) : null,
  };
}

export const isFiltered = ({ states, recipient, scenario, run, from, until }: DeliveryFilters) =>
  states.length > 0 || [recipient, scenario, run, from, until].some((each) => each !== '');

type Name = 'to' | 'scenario' | 'run' | 'from' | 'until' | 'in' | 'state';

/** The filters of the address, and what changes some of them: that leads to the first page. */
export function useFilters() {
  const [search, setSearch] = useSearchParams();
  return {
    filters: readFilters(search),
    set(change: Readonly<Partial<Record<Name, string>>>) {
      setSearch((before) => {
        const after = new URLSearchParams(before);
        for (const key of ['after', 'before']) after.delete(key);
        for (const [name, value] of Object.entries(change)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      });
    },
  };
}
