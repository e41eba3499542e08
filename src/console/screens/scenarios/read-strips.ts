/** The last runs of the scenarios in view: asked for when they come into view, kept true with what is pushed. */
import type { Client } from 'urql';
import { ScenariosInViewDocument, ScenariosRunsDocument } from '../../generated/graphql.ts';
import type { StripRun } from '../../parts/run-strip.tsx';
import type { Row } from './roster.ts';
import type { RosterReader } from './read-roster.ts';

export type Strips = ReadonlyMap<string, readonly StripRun[]>;

export type StripReader = {
  /** @param isMoving what only flies past is not asked for. */
  look(ids: readonly string[], isMoving: boolean): void;
  close(): void;
};

const SHOWN = 20;
// One question brings at most so many, so that no answer takes longer than a picture.
const AT_ONCE = 10;
const DWELL_MS = 150;
const AGAIN_MS = 400;

/** @param roster hears what is read of the scenarios themselves.
 *  @param publish is told every change. */
export function readStrips(
  client: Client,
  projectId: string,
  roster: RosterReader,
  publish: (strips: Strips) => void,
): StripReader {
  let closed = false;
  let strips = new Map<string, readonly StripRun[]>();
  let seen: readonly string[] = [];
  let dwelling: ReturnType<typeof setTimeout> | undefined;
  let resyncing: ReturnType<typeof setTimeout> | undefined;
  /** Read after the stream began, or since it last lost its thread. */
  let fresh = new Set<string>();
  const asking = new Set<string>();
  /** Of those that are asked for what was pushed meanwhile. */
  const meanwhile = new Map<string, StripRun[]>();

  const isVisible = (id: string) => seen.includes(id);

  function ask(ids: readonly string[]) {
    const wanted = ids.filter((id) => !fresh.has(id) && !asking.has(id));
    for (let at = 0; at < wanted.length; at += AT_ONCE) void read(wanted.slice(at, at + AT_ONCE));
  }

  async function read(ids: readonly string[]) {
    const thread = fresh;
    const askedAt = roster.now();
    for (const id of ids) asking.add(id);
    const { data } = await client
      .query(
        ScenariosInViewDocument,
        { ids: [...ids], first: ids.length },
        { requestPolicy: 'network-only' },
      )
      .toPromise();
    for (const id of ids) asking.delete(id);
    if (closed) return;
    if (data) {
      const { nodes } = data.scenarios;
      strips = new Map(strips);
      for (const { id, recentRuns } of nodes) {
        strips.set(id, merged(recentRuns, meanwhile.get(id) ?? []));
        // Asked before a thread was lost: shown, and asked again.
        if (thread === fresh) fresh.add(id);
      }
      publish(strips);
      roster.learn(
        nodes.map(({ recentRuns: _runs, ...row }): Row => row),
        askedAt,
      );
    }
    for (const id of ids) meanwhile.delete(id);
    if (thread !== fresh) ask(ids.filter(isVisible));
  }

  const stream = client.subscription(ScenariosRunsDocument, { projectId }).subscribe((answer) => {
    const told = answer.data?.runsChanged;
    if (!told) return;
    if (told.resync) {
      fresh = new Set();
      // A hot project loses its thread every second; rows in view are read as often as one can see.
      resyncing ??= setTimeout(() => {
        resyncing = undefined;
        ask(seen);
      }, AGAIN_MS);
      return;
    }
    let next: Map<string, readonly StripRun[]> | null = null;
    for (const { scenario, ...run } of told.runs) {
      if (!scenario) continue;
      if (asking.has(scenario.id)) {
        meanwhile.set(scenario.id, [...(meanwhile.get(scenario.id) ?? []), run]);
      }
      const known = strips.get(scenario.id);
      if (known) (next ??= new Map(strips)).set(scenario.id, merged(known, [run]));
    }
    if (!next) return;
    strips = next;
    publish(strips);
  });

  return {
    look(ids, isMoving) {
      const before = seen;
      seen = ids;
      if (!isMoving) return ask(ids);
      dwelling ??= setTimeout(() => {
        dwelling = undefined;
        ask(before.filter(isVisible));
      }, DWELL_MS);
    },
    close() {
      closed = true;
      clearTimeout(dwelling);
      clearTimeout(resyncing);
      stream.unsubscribe();
    },
  };
}

/** The newest first, each once, as it was last told. */
function merged(runs: readonly StripRun[], told: readonly StripRun[]): readonly StripRun[] {
  const byId = new Map([...runs, ...told].map((run) => [run.id, run]));
  return [...byId.values()].sort((a, b) => b.databaseId - a.databaseId).slice(0, SHOWN);
}
