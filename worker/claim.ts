/** A worker's slots: claims runs into them, keeps their leases, tells them to stop. */
import type { Pool } from '#platform/db.ts';
import { claimLimited } from '#domain/run/claim-limited.ts';
import { claimExpired, claimQueued, type Claimed } from '#domain/run/claim.sql.ts';
import { renewLeases } from '#domain/run/renew.sql.ts';
import { executeRun, type Execution } from './execute-run.ts';
import type { Meters } from './meters.ts';
import type { RunDeps, StopReason } from './run-context.ts';

export type SlotsOptions = {
  readonly workerId: string;
  readonly slots: number;
  readonly leaseSeconds: number;
  readonly meters: Pick<Meters, 'claims' | 'ended' | 'handedOver' | 'leasesLost'>;
  /** Called when a slot has become free. */
  readonly onFree: () => void;
  /** Called when an exclusive scenario's run has ended. */
  readonly onEnd: (scenarioId: number) => void;
  /** Called when a run has failed. */
  readonly onFailure: () => void;
};

/** The share of a lease that must be left when a run is given up, time for its sessions to be cancelled: 2 of 15 s. */
const MARGIN = 2 / 15;

const CLAIMS = { queued: claimQueued, limited: claimLimited, expired: claimExpired };

/** @param claimPool connections that nothing but claims, renewals and promotions use. */
export function createSlots(deps: RunDeps, claimPool: Pool, options: SlotsOptions) {
  // Under work, and worked through with only their last flush to come.
  const executions = new Map<number, Execution>();
  const { meters } = options;
  let busy = 0;
  let closed = false;
  let renewedAt = performance.now();
  const input = {
    workerId: options.workerId,
    leaseSeconds: options.leaseSeconds,
    kinds: [...deps.kinds.keys()],
  };

  function begin(claimed: Claimed) {
    // Claimed again by this very worker after its lease ran out: the older execution can write nothing more.
    executions.get(claimed.id)?.stop('lease_lost');
    const execution = executeRun(deps, claimed);
    executions.set(claimed.id, execution);
    busy += 1;
    // The slot is free once the work is done: the next run is claimed while the last flush is under way, which
    // nearly doubled throughput at 16 slots.
    void execution.worked.then(() => {
      busy -= 1;
      options.onFree();
    });
    void execution.done.then(() => {
      if (executions.get(claimed.id) === execution) executions.delete(claimed.id);
      options.onFree();
      if (execution.left === null) meters.leasesLost.add(1);
      else if (execution.left === 'queued') meters.handedOver.add(1);
      else meters.ended.add(1, { state: execution.left });
      if (execution.left === 'failed') options.onFailure();
      if (claimed.scenarioId !== null && claimed.config.policies.overlap !== 'allow') {
        options.onEnd(claimed.scenarioId);
      }
    });
  }

  // Runs whose last flush is under way hold no slot, but not without end when the database is slow.
  const free = () =>
    Math.max(0, Math.min(options.slots - busy, options.slots * 4 - executions.size));

  return {
    /** Runs under way. */
    get executions(): ReadonlyMap<number, Execution> {
      return executions;
    },

    /** Slots in use. */
    get busy() {
      return busy;
    },

    /** Claims into the free slots. @returns whether more may be waiting. */
    async claimPass(how: keyof typeof CLAIMS): Promise<boolean> {
      const limit = free();
      if (closed || limit === 0) return false;
      if (executions.size === 0) renewedAt = performance.now();
      const claimed = await CLAIMS[how](claimPool, { ...input, limit });
      meters.claims.add(claimed.length, { how });
      for (const run of claimed) begin(run);
      return claimed.length === limit;
    },

    /** Renews leases, passes on cancel requests and stops what is no longer held. When the database cannot be
     *  reached, everything stops before its lease ends, on this machine's monotonic clock. */
    async renewPass(): Promise<void> {
      if (executions.size === 0) {
        renewedAt = performance.now();
        return;
      }
      const held = [...executions.values()].map(({ claimed }) => ({
        runId: claimed.id,
        fence: claimed.fence,
      }));
      const askedAt = performance.now();
      const deadline = setTimeout(
        () => stopAll('lease_lost'),
        Math.max(0, renewedAt + options.leaseSeconds * 1000 * (2 / 3 - MARGIN) - askedAt),
      );
      try {
        const renewals = await renewLeases(claimPool, held, options.leaseSeconds);
        renewedAt = askedAt;
        for (const { runId, held: stillHeld, cancelRequested, reason } of renewals) {
          if (!stillHeld) executions.get(runId)?.stop('lease_lost');
          else if (cancelRequested) executions.get(runId)?.stop('cancelled', reason);
        }
      } finally {
        clearTimeout(deadline);
      }
    },

    /** Takes nothing new, lets what runs finish within the grace, then hands the rest back to the queue. */
    async close(graceMs: number): Promise<void> {
      closed = true;
      const all = () => Promise.all([...executions.values()].map((execution) => execution.done));
      const timer = setTimeout(() => stopAll('handed_over'), graceMs);
      await all();
      clearTimeout(timer);
    },
  };

  function stopAll(reason: StopReason) {
    for (const execution of executions.values()) execution.stop(reason);
  }
}
