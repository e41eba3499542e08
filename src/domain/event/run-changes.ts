/** Which runs of a project or of a scenario changed, as a state stream: first "read all anew", then the runs
 *  that changed. A message names runs, whoever gets it reads them whole, so that a later one makes up for an
 *  earlier one. Watchers of the same thing get the same message object: it can be answered once for all. */
import { setTimeout as delay } from 'node:timers/promises';
import { rows, statement } from '#platform/db.ts';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop } from '#platform/loop.ts';
import { mailbox } from '#platform/mailbox.ts';
import type { Mailbox } from '#platform/mailbox.ts';

export type RunChange = {
  /** Anything may have changed: read all that you show anew. */
  readonly resync: boolean;
  /** Raised by every message of this stream; after a pause of the stream it starts anew with a resync. */
  readonly revision: number;
  readonly runIds: readonly number[];
};

export type RunChanges = AsyncDisposable & {
  /** A notification on `CHANNELS.run`. */
  notify(payload: string): void;
  /** Notifications may have been missed. */
  recheck(): void;
  watch(what: Watched): AsyncIterableIterator<RunChange>;
  readonly size: number;
};

export type Watched = { readonly projectId: number } | { readonly scenarioId: number };

// A person sees no difference below 50 ms, and a hot project sends 20 messages a second instead of 100.
const COALESCE_MS = 50;
// "Many changed" names none, so everything is read anew: not more than once a second.
const RESYNC_MS = 1_000;
/** Above this, naming runs costs more than reading the list anew. */
const MAX_NAMED = 200;
const WOKEN_PER_TURN = 100;

const FIND_PLACES = statement<{ id: number; projectId: number; scenarioId: number | null }>(
  'run-changes-places',
  `select id, project_id as "projectId", scenario_id as "scenarioId"
     from run where id = any($1::bigint[])`,
);

type Group = { revision: number; readonly boxes: Set<Mailbox<RunChange>> };

export function runChanges({ pool, log }: { pool: Pool; log: Log }): RunChanges {
  const groups = new Map<string, Group>();
  let changed = new Set<number>();
  let all = false;
  let nextResyncMs = 0;

  const pass = async (signal: AbortSignal) => {
    const now = performance.now();
    if (all && now >= nextResyncMs) {
      all = false;
      changed.clear();
      nextResyncMs = now + RESYNC_MS;
      for (const group of groups.values()) await tell(group, true, []);
    } else if (changed.size > 0) {
      const ids = changed;
      changed = new Set();
      try {
        await tellOf([...ids]);
      } catch (error) {
        all = true;
        throw error;
      }
    }
    await delay(COALESCE_MS, undefined, { signal }).catch(() => {});
    return all ? nextResyncMs - performance.now() : undefined;
  };

  const tellOf = async (ids: number[]) => {
    const byGroup = new Map<Group, number[]>();
    for (const { id, projectId, scenarioId } of await rows(pool, FIND_PLACES, [ids])) {
      for (const key of [`project ${projectId}`, `scenario ${scenarioId}`]) {
        const group = groups.get(key);
        if (group) byGroup.getOrInsertComputed(group, () => []).push(id);
      }
    }
    for (const [group, runIds] of byGroup) {
      const many = runIds.length > MAX_NAMED;
      await tell(group, many, many ? [] : runIds);
    }
  };

  const tell = async (group: Group, resync: boolean, runIds: readonly number[]) => {
    group.revision += 1;
    const message: RunChange = { resync, revision: group.revision, runIds };
    for (const [index, box] of [...group.boxes].entries()) {
      if (index > 0 && index % WOKEN_PER_TURN === 0) await nextTurn();
      box.put(message);
    }
  };

  // No backstop: a notification is only lost with its connection, and that is told by `recheck`.
  const telling = loop('run changes', pass, { everyMs: 60_000, log });

  const recheck = () => {
    if (groups.size === 0) return;
    all = true;
    telling.wake();
  };

  return {
    get size() {
      return groups.size;
    },
    recheck,
    notify(payload) {
      if (groups.size === 0) return;
      if (payload === '*') return recheck();
      for (const id of payload.split(',')) changed.add(Number(id));
      if (changed.size > 5 * MAX_NAMED) recheck();
      else telling.wake();
    },
    watch(what) {
      const key = 'projectId' in what ? `project ${what.projectId}` : `scenario ${what.scenarioId}`;
      const group = groups.getOrInsertComputed(key, () => ({ revision: 0, boxes: new Set() }));
      const box = mailbox<RunChange>(merge, () => {
        group.boxes.delete(box);
        if (group.boxes.size === 0 && groups.get(key) === group) groups.delete(key);
      });
      group.boxes.add(box);
      box.put({ resync: true, revision: group.revision, runIds: [] });
      return box;
    },
    async [Symbol.asyncDispose]() {
      await telling[Symbol.asyncDispose]();
      for (const group of groups.values()) for (const box of [...group.boxes]) box.end();
    },
  };
}

function merge(held: RunChange, next: RunChange): RunChange {
  const runIds = [...new Set([...held.runIds, ...next.runIds])];
  const resync = held.resync || next.resync || runIds.length > MAX_NAMED;
  return { resync, revision: next.revision, runIds: resync ? [] : runIds };
}

const nextTurn = () => new Promise<void>((done) => setImmediate(done));
