/** What changed in a project or in a scenario, as a state stream: first "read all anew", then what changed. A
 *  message names things, whoever gets it reads them whole, so that a later one makes up for an earlier one.
 *  Watchers of the same place get the same message object: it can be answered once for all. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '#platform/log.ts';
import { loop } from '#platform/loop.ts';
import { mailbox } from '#platform/mailbox.ts';
import type { Mailbox } from '#platform/mailbox.ts';

export type Change = {
  /** Anything may have changed: read all that you show anew. */
  readonly resync: boolean;
  /** Raised by every message of this stream; after a pause of the stream it starts anew with a resync. */
  readonly revision: number;
  /** What changed; empty with `resync`. */
  readonly ids: readonly number[];
};

export type Changes = AsyncDisposable & {
  /** A notification: ids separated by commas, or `*` for too many to name. */
  notify(payload: string): void;
  /** Notifications may have been missed. */
  recheck(): void;
  /** A whole organisation only where places tell theirs. */
  watch(where: Watched | { readonly orgId: number }): AsyncIterableIterator<Change>;
  readonly size: number;
};

export type Watched = { readonly projectId: number } | { readonly scenarioId: number };

export type Place = {
  readonly id: number;
  readonly orgId?: number;
  readonly projectId: number;
  readonly scenarioId: number | null;
};

export type ChangesOptions = {
  /** Of the loop, for the log. */
  readonly name: string;
  readonly log: Log;
  /** Where these lie; what is gone has no place and is told to nobody. */
  findPlaces(ids: readonly number[]): Promise<Place[]>;
  /** Default 50: a person sees no difference below, and a hot project sends 20 messages a second, not 100. */
  readonly coalesceMs?: number;
};

const COALESCE_MS = 50;
// "Many changed" names none, so everything is read anew: not more than once a second. 10,000 scenarios that are due at
// the same hour are 20 batches of ticks within two seconds.
const RESYNC_MS = 1_000;
/** Above this, naming what changed costs more than reading the list anew. */
const MAX_NAMED = 200;
const WOKEN_PER_TURN = 100;

type Group = {
  revision: number;
  readonly boxes: Set<Mailbox<Change>>;
  /** Too much has changed to name: what changes meanwhile is part of it. */
  owesResync: boolean;
  nextResyncMs: number;
};

export function changes({
  name,
  log,
  findPlaces,
  coalesceMs = COALESCE_MS,
}: ChangesOptions): Changes {
  const groups = new Map<string, Group>();
  let changed = new Set<number>();
  let all = false;

  const pass = async (signal: AbortSignal) => {
    const ids = [...changed];
    changed = new Set();
    if (all) {
      all = false;
      for (const group of groups.values()) group.owesResync = true;
    } else if (ids.length > 0) {
      try {
        await tellOf(ids);
      } catch (error) {
        all = true;
        throw error;
      }
    }
    await tellResyncs();
    await delay(coalesceMs, undefined, { signal }).catch(() => {});
    const owing = groups.values().filter(({ owesResync }) => owesResync);
    const nextMs = Math.min(...owing.map(({ nextResyncMs }) => nextResyncMs));
    return nextMs === Infinity ? undefined : nextMs - performance.now();
  };

  const tellOf = async (changedIds: number[]) => {
    const byGroup = new Map<Group, number[]>();
    for (const { id, orgId, projectId, scenarioId } of await findPlaces(changedIds)) {
      for (const key of [`project ${projectId}`, `scenario ${scenarioId}`, `org ${orgId}`]) {
        const group = groups.get(key);
        if (group) byGroup.getOrInsertComputed(group, () => []).push(id);
      }
    }
    for (const [group, ids] of byGroup) {
      if (ids.length > MAX_NAMED) group.owesResync = true;
      else if (!group.owesResync) await tell(group, false, ids);
    }
  };

  const tellResyncs = async () => {
    const now = performance.now();
    for (const group of [...groups.values()]) {
      if (!group.owesResync || now < group.nextResyncMs) continue;
      group.owesResync = false;
      group.nextResyncMs = now + RESYNC_MS;
      await tell(group, true, []);
    }
  };

  const tell = async (group: Group, resync: boolean, ids: readonly number[]) => {
    group.revision += 1;
    const message: Change = { resync, revision: group.revision, ids };
    for (const [index, box] of [...group.boxes].entries()) {
      if (index > 0 && index % WOKEN_PER_TURN === 0) await nextTurn();
      box.put(message);
    }
  };

  // No backstop: a notification is only lost with its connection, and that is told by `recheck`.
  const telling = loop(name, pass, { everyMs: 60_000, log });

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
    watch(where) {
      const key = keyOf(where);
      const group = groups.getOrInsertComputed(key, () => ({
        revision: 0,
        boxes: new Set(),
        owesResync: false,
        nextResyncMs: 0,
      }));
      const box = mailbox<Change>(merge, () => {
        group.boxes.delete(box);
        if (group.boxes.size === 0 && groups.get(key) === group) groups.delete(key);
      });
      group.boxes.add(box);
      box.put({ resync: true, revision: group.revision, ids: [] });
      return box;
    },
    async [Symbol.asyncDispose]() {
      await telling[Symbol.asyncDispose]();
      for (const group of groups.values()) for (const box of [...group.boxes]) box.end();
    },
  };
}

function keyOf(where: Parameters<Changes['watch']>[0]): string {
  if ('orgId' in where) return `org ${where.orgId}`;
  return 'projectId' in where ? `project ${where.projectId}` : `scenario ${where.scenarioId}`;
}

function merge(held: Change, next: Change): Change {
  const ids = [...new Set([...held.ids, ...next.ids])];
  const resync = held.resync || next.resync || ids.length > MAX_NAMED;
  return { resync, revision: next.revision, ids: resync ? [] : ids };
}

const nextTurn = () => new Promise<void>((done) => setImmediate(done));
