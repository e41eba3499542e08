/** What changed in the matrix of an organisation, as a state stream: first "read all anew", then which templates and
 *  which cells. A message names things, whoever gets it reads them whole. Watchers of the same organisation get the
 *  same message object: it can be answered once for all. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import { loop } from '#platform/loop.ts';
import { mailbox } from '#platform/mailbox.ts';
import type { Mailbox } from '#platform/mailbox.ts';
import { templateLook } from './template-look.ts';

export type CellKey = { readonly templateId: number; readonly projectId: number };

export type TemplateChange = {
  /** Anything may have changed: read all that you show anew. */
  readonly resync: boolean;
  /** Raised by every message of this stream; after a pause of the stream it starts anew with a resync. */
  readonly revision: number;
  /** Templates of which something changed, be it cells; empty with `resync`. */
  readonly templateIds: readonly number[];
  /** Empty with `resync`. */
  readonly cells: readonly CellKey[];
};

export type TemplateChanges = AsyncDisposable & {
  /** A notification on `CHANNELS.template`: templates' ids, or `*`. */
  notify(payload: string): void;
  /** A notification on `CHANNELS.scenario`: an edit may override its template, or cease to. */
  notifyScenarios(payload: string): void;
  /** Notifications may have been missed. */
  recheck(): void;
  watch(orgId: number): AsyncIterableIterator<TemplateChange>;
  readonly size: number;
};

const COALESCE_MS = 50;
// "Many changed" names none, so everything is read anew: not more than once a second.
const RESYNC_MS = 1_000;
/** Above this, naming what changed costs more than reading a page of the matrix anew. */
const MAX_NAMED = 200;
const WOKEN_PER_TURN = 100;

type Group = {
  readonly orgId: number;
  revision: number;
  readonly boxes: Set<Mailbox<TemplateChange>>;
  /** Too much has changed to name: what changes meanwhile is part of it. */
  owesResync: boolean;
  nextResyncMs: number;
};

/** Fed with `CHANNELS.template` and `CHANNELS.scenario`. */
export function templateChanges({ pool, log }: { pool: Pool; log: Log }): TemplateChanges {
  const groups = new Map<number, Group>();
  const look = templateLook(pool);
  let templates = new Set<number>();
  let scenarios = new Set<number>();
  let all = false;

  const pass = async (signal: AbortSignal) => {
    const asked = { templates: [...templates], scenarios: [...scenarios] };
    templates = new Set();
    scenarios = new Set();
    try {
      if (all) owe(groups.values());
      all = false;
      await tellOf(asked);
    } catch (error) {
      all = true;
      throw error;
    }
    for (const group of [...groups.values()]) {
      if (!group.owesResync || performance.now() < group.nextResyncMs) continue;
      group.owesResync = false;
      group.nextResyncMs = performance.now() + RESYNC_MS;
      await tell(group, { resync: true, templateIds: [], cells: [] });
    }
    await delay(COALESCE_MS, undefined, { signal }).catch(() => {});
    const owing = groups.values().filter(({ owesResync }) => owesResync);
    const nextMs = Math.min(...owing.map(({ nextResyncMs }) => nextResyncMs));
    return nextMs === Infinity ? undefined : nextMs - performance.now();
  };

  const tellOf = async (asked: { templates: number[]; scenarios: number[] }) => {
    const found = await look({ ...asked, orgs: [...groups.keys()] });
    if (found === 'many') return owe(groups.values());
    for (const group of [...groups.values()]) {
      const ours = <T extends { orgId: number }>(all: readonly T[]) =>
        all.filter(({ orgId }) => orgId === group.orgId);
      const templateIds = ours(found.templates).map(({ id }) => id);
      const cells = ours(found.cells).map(({ templateId, projectId }) => ({
        templateId,
        projectId,
      }));
      if (templateIds.length + cells.length === 0 || group.owesResync) continue;
      if (isMany(templateIds, cells)) owe([group]);
      else await tell(group, { resync: false, templateIds, cells });
    }
  };

  const owe = (owing: Iterable<Group>) => {
    for (const group of owing) group.owesResync = true;
  };

  const tell = async (group: Group, change: Omit<TemplateChange, 'revision'>) => {
    group.revision += 1;
    const message = { ...change, revision: group.revision };
    for (const [index, box] of [...group.boxes].entries()) {
      if (index > 0 && index % WOKEN_PER_TURN === 0) await nextTurn();
      box.put(message);
    }
  };

  // No backstop: a notification is only lost with its connection, and that is told by `recheck`.
  const telling = loop('template changes', pass, { everyMs: 60_000, log });

  const recheck = () => {
    if (groups.size === 0) return;
    all = true;
    telling.wake();
  };
  const hear = (heard: Set<number>, payload: string) => {
    if (groups.size === 0) return;
    if (payload === '*') return recheck();
    for (const id of payload.split(',')) heard.add(Number(id));
    telling.wake();
  };

  return {
    get size() {
      return groups.size;
    },
    recheck,
    notify: (payload) => hear(templates, payload),
    notifyScenarios: (payload) => hear(scenarios, payload),
    watch(orgId) {
      const group = groups.getOrInsertComputed(orgId, () => ({
        orgId,
        revision: 0,
        boxes: new Set(),
        owesResync: false,
        nextResyncMs: 0,
      }));
      const box = mailbox<TemplateChange>(merge, () => {
        group.boxes.delete(box);
        if (group.boxes.size === 0 && groups.get(orgId) === group) groups.delete(orgId);
      });
      group.boxes.add(box);
      box.put({ resync: true, revision: group.revision, templateIds: [], cells: [] });
      return box;
    },
    async [Symbol.asyncDispose]() {
      await telling[Symbol.asyncDispose]();
      for (const group of groups.values()) for (const box of [...group.boxes]) box.end();
    },
  };
}

function isMany(templateIds: readonly number[], cells: readonly CellKey[]): boolean {
  return templateIds.length > MAX_NAMED || cells.length > MAX_NAMED;
}

function merge(held: TemplateChange, next: TemplateChange): TemplateChange {
  const templateIds = [...new Set([...held.templateIds, ...next.templateIds])];
  const cells = Map.groupBy([...held.cells, ...next.cells], keyOf)
    .values()
    .map(([cell]) => cell!)
    .toArray();
  const { revision } = next;
  return held.resync || next.resync || isMany(templateIds, cells)
    ? { resync: true, revision, templateIds: [], cells: [] }
    : { resync: false, revision, templateIds, cells };
}

const keyOf = ({ templateId, projectId }: CellKey) => `${templateId}:${projectId}`;

const nextTurn = () => new Promise<void>((done) => setImmediate(done));
