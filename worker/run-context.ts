/** What the steps of one claimed run share. */
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { getOwner, type Claimed, type Owner } from '#domain/run/claim.sql.ts';
import { FenceLost } from '#domain/run/publish.ts';
import type { RunState } from '#domain/run/run-state.ts';
import type { Json, Registry, Shared } from '#domain/step/kind.ts';
import type { Entry, Journal, RunKey } from './journal.ts';

export type RunDeps = {
  /** Where steps open sessions of their own. */
  readonly url: string;
  readonly pool: Pool;
  readonly journal: Journal;
  readonly kinds: Registry;
  /** Opens the secrets of connectors. */
  readonly secretKey: SecretKey | undefined;
  readonly shared: Shared;
  readonly log: Log;
};

/** Why a run must stop before its end. */
export type StopReason = 'cancelled' | 'timeout' | 'lease_lost' | 'handed_over';

/** What a run's signal carries. */
export type Stop = { readonly why: StopReason; readonly words: string };

export type RunContext = RunDeps & {
  readonly claimed: Claimed;
  readonly key: RunKey;
  /** Its reason is a Stop. */
  readonly signal: AbortSignal;
  /** The state in which the run was left, once that is durable. */
  readonly left: RunState | null;
  /** Outputs of the steps that succeeded, by name. */
  readonly outputs: Map<string, { readonly output: Json }>;
  /** The owner as they are now, at most 5 s old. */
  owner(): Promise<Owner>;
  /** Writes without waiting. What goes wrong is thrown by the next `write`. */
  note(entry: Entry): void;
  /** Settles when this entry, and every one noted before, is durable.
   *  @throws FenceLost when another claim holds the run. */
  write(entry: Entry): Promise<void>;
};

// A claim reads the owner; a step that starts later than this after it reads them again.
const OWNER_FRESH_MS = 5_000;

/** @param stop ends the run's steps with a reason. */
export function createRunContext(
  deps: RunDeps,
  claimed: Claimed,
  signal: AbortSignal,
  stop: (reason: StopReason) => void,
): RunContext {
  const key = { runId: claimed.id, fence: claimed.fence };
  let noted: Promise<void>[] = [];
  let owner = claimed.owner;
  let ownerReadAt = performance.now();
  let left: RunState | null = null;
  return {
    ...deps,
    claimed,
    key,
    signal,
    outputs: new Map(),
    get left() {
      return left;
    },
    async owner() {
      if (performance.now() - ownerReadAt > OWNER_FRESH_MS) {
        owner = await getOwner(deps.pool, claimed.id);
        ownerReadAt = performance.now();
      }
      return owner;
    },
    note(entry) {
      const written = deps.journal.write(key, entry);
      // Not swallowed: `write` throws it. A lost fence ends the steps at once, since nothing can be saved.
      written.catch((error: unknown) => {
        if (error instanceof FenceLost) stop('lease_lost');
      });
      noted.push(written);
    },
    async write(entry) {
      const before = noted;
      noted = [];
      await Promise.all([...before, deps.journal.write(key, entry)]);
      left = entry.run?.state ?? left;
    },
  };
}
