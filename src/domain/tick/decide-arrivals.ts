/** What becomes of the upstream successes that a scenario has not decided about. Pure, like `decide`. */
import type { Calendar } from './calendar.ts';
import { joinNeighbours } from './decide.ts';
import { createPlace, type Taken } from './place.ts';
import type { Policies } from './policies.ts';
import { makesRun, type TickDraft, type TickOutcome } from './tick.ts';

export type ArrivalInput = {
  readonly id: number;
  readonly upstreamId: number;
  readonly runId: number;
  readonly atMs: number;
};

export type DecideArrivalsInput = {
  /** In the order in which they came, those that were left over included. */
  readonly arrivals: readonly ArrivalInput[];
  readonly upstreamIds: ReadonlySet<number>;
  readonly require: 'any' | 'all';
  readonly overlap: Policies['overlap'];
  readonly calendar: Calendar | null;
  /** Who holds or waits for an exclusive scenario's place. */
  readonly taken: Taken;
};

export type ArrivalDecision = {
  readonly ticks: readonly TickDraft[];
  /** Arrivals that wait for those of other upstreams, the latest of each; all others are consumed. */
  readonly left: readonly number[];
  /** `cancel_other`: the active run is to end, and what waited is replaced. */
  readonly cancelsOthers: boolean;
};

/** `any`: each arrival is a firing of its own. `all`: one firing as soon as every upstream has arrived, which consumes
 *  whatever has come by then; several arrivals of one upstream count once. A firing stands at the instant of the
 *  arrival that completed it and goes by `overlap`. Arrivals of scenarios that are no upstreams any more are dropped. */
export function decideArrivals(input: DecideArrivalsInput): ArrivalDecision {
  const { arrivals, upstreamIds, calendar } = input;
  const isUpstream = ({ upstreamId }: ArrivalInput) => upstreamIds.has(upstreamId);
  const linked = arrivals.filter(isUpstream);
  const dropped = passOverArrivals(
    arrivals.filter((arrival) => !isUpstream(arrival)),
    'dropped',
    'the scenario that succeeded is not among its upstreams any more',
  );
  const { firings, left } =
    input.require === 'any'
      ? { firings: linked.map((arrival) => ({ arrival, with: [arrival] })), left: [] }
      : completeSet(linked, upstreamIds);
  const place = createPlace(input.overlap, input.taken);
  const taken = firings.map(({ arrival: { atMs } }) =>
    calendar?.dayOf(atMs).excluded
      ? quiet(atMs, 'skipped_calendar', 'the calendar excludes the day')
      : place.take(atMs, false),
  );
  const ticks = place.settle(taken).map((tick, i) => sign(tick, firings[i]!));
  return {
    ticks: joinNeighbours([...dropped, ...ticks]),
    left,
    cancelsOthers: place.cancelsOthers,
  };
}

/** Ticks for arrivals that are consumed without a decision of their own. */
export function passOverArrivals(
  arrivals: readonly ArrivalInput[],
  outcome: TickOutcome,
  reason: string,
): TickDraft[] {
  const ticks = arrivals.map(({ atMs, runId }) => ({
    ...quiet(atMs, outcome, reason),
    sourceKey: String(runId),
  }));
  return joinNeighbours(ticks);
}

type FiringOf = { readonly arrival: ArrivalInput; readonly with: readonly ArrivalInput[] };

function completeSet(
  arrivals: readonly ArrivalInput[],
  upstreamIds: ReadonlySet<number>,
): { firings: FiringOf[]; left: number[] } {
  const arrived = new Set<number>();
  for (const arrival of arrivals) {
    arrived.add(arrival.upstreamId);
    if (arrived.size === upstreamIds.size) {
      return { firings: [{ arrival, with: arrivals }], left: [] };
    }
  }
  const latest = new Map(arrivals.map(({ upstreamId, id }) => [upstreamId, id]));
  return { firings: [], left: [...latest.values()] };
}

function quiet(atMs: number, outcome: TickOutcome, reason: string): TickDraft {
  return { outcome, reason, dueMs: atMs, untilMs: atMs, count: 1 };
}

/** Names the upstream runs: the one that completed the firing, and all that it stands for. */
function sign(tick: TickDraft, { arrival, with: all }: FiringOf): TickDraft {
  const sourceKey = String(arrival.runId);
  if (!makesRun(tick)) return { ...tick, sourceKey };
  const detail = JSON.stringify({ upstream_runs: all.map(({ runId }) => runId) });
  return { ...tick, sourceKey, detail };
}
