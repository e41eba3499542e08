/** Reads a list of scenarios page by page, keeps it true with what is pushed, and reads it again when something may
 *  have been missed. What was read before stays shown until there is as much of the new. */
import type { Client, CombinedError, OperationResult } from 'urql';
import {
  ScenariosChangesDocument,
  ScenariosPageDocument,
  type ScenariosPageQuery,
} from '../../generated/graphql.ts';
import { toServer, type Filters } from './filters.ts';
import { createRoster, type Roster, type Row } from './roster.ts';

export type RosterState = {
  readonly rows: readonly Row[];
  /** How many there are in all; null: not known yet. */
  readonly total: number | null;
  readonly isComplete: boolean;
  readonly error: CombinedError | null;
  /** Another number whenever counts by state may have changed. */
  readonly pulse: number;
};

export type RosterReader = {
  reread(): void;
  /** A moment for `learn`. */
  now(): number;
  /** What was asked for at that moment about some of its scenarios; what was pushed since is newer. */
  learn(rows: readonly Row[], askedAt: number): void;
  close(): void;
};

// What fits a tall screen comes at once, the rest in pages as large as the server answers: a row costs 28 of 10,000.
const FIRST_PAGE = 100;
const PAGE = 350;
// Where hundreds change every second, a long list is not read again with each of them: rows in view are.
const AGAIN_MS = { short: 400, long: 5_000 } as const;
const RETRY_MS = 5_000;

/** @param publish is told every change. */
export function readRoster(
  client: Client,
  projectId: string,
  filters: Filters,
  publish: (change: Partial<RosterState>) => void,
): RosterReader {
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let startedMs = 0;
  let isHeard = false;
  /** What to do about a reading under way: begin anew after its page, or once more after its end. */
  let wanted: 'now' | 'again' | null = null;
  let shown: Roster = createRoster(filters);
  let filling: Roster | null = null;
  let pulse = 0;
  let revision = 0;
  /** The latest that was pushed about each; null: it was deleted. */
  const pushed = new Map<string, { at: number; row: Row | null }>();
  const states = new Map<string, string>();

  const show = (change: Partial<RosterState> = {}) =>
    publish({
      rows: shown.rows.slice(),
      isComplete: shown.isComplete,
      ...(shown.isComplete && { total: shown.rows.length }),
      pulse,
      ...change,
    });

  const readPage = (after: string | null): Promise<OperationResult<ScenariosPageQuery>> =>
    client
      .query(
        ScenariosPageDocument,
        {
          filter: toServer(projectId, filters),
          orderBy: filters.order,
          first: after === null ? FIRST_PAGE : PAGE,
          after,
        },
        { requestPolicy: 'network-only' },
      )
      .toPromise();

  async function fill(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    wanted = null;
    startedMs = Date.now();
    const fresh = createRoster(filters);
    filling = fresh;
    for (let after: string | null = null; !fresh.isComplete;) {
      const askedAt = revision;
      const { data, error } = await readPage(after);
      if (closed) return;
      if (!data) {
        filling = null;
        publish({ error: error ?? null });
        // Without an answer it is asked again; what was refused would be refused again.
        if (error?.networkError) later(RETRY_MS);
        return;
      }
      const { nodes, pageInfo, totalCount } = data.scenarios;
      fresh.add(nodes, !pageInfo.hasNextPage);
      for (const { id, state } of nodes) states.set(id, state);
      for (const [id, { at, row }] of pushed) {
        if (at > askedAt) fresh.change(row ? [row] : [], row ? [] : [id]);
      }
      after = pageInfo.endCursor ?? null;
      if (fresh.isComplete || fresh.rows.length >= shown.rows.length) shown = fresh;
      show({ error: null, ...(!shown.isComplete && { total: totalCount }) });
      if (wanted === 'now') return fill();
    }
    filling = null;
    if (wanted) again();
  }

  function again() {
    const pace = shown.rows.length > FIRST_PAGE ? AGAIN_MS.long : AGAIN_MS.short;
    later(Math.max(0, startedMs + pace - Date.now()));
  }

  function later(ms: number) {
    timer ??= setTimeout(() => void fill(), ms);
  }

  function resync() {
    pulse += 1;
    // Of what was asked before the first message something may have changed meanwhile.
    if (filling) wanted = isHeard ? 'again' : 'now';
    else again();
    isHeard = true;
  }

  function change(rows: readonly Row[], deletedIds: readonly string[]) {
    const moved = rows.filter(({ id, state }) => states.get(id) !== state);
    if (moved.length > 0 || deletedIds.length > 0) pulse += 1;
    for (const { id, state } of moved) states.set(id, state);
    for (const roster of new Set([shown, filling])) roster?.change(rows, deletedIds);
    show();
  }

  const stream = client
    .subscription(ScenariosChangesDocument, { projectId })
    .subscribe((answer) => {
      if (answer.error) publish({ error: answer.error });
      const told = answer.data?.scenariosChanged;
      if (!told) return;
      if (told.resync) return resync();
      revision += 1;
      for (const row of told.scenarios) pushed.set(row.id, { at: revision, row });
      for (const id of told.deletedIds) pushed.set(id, { at: revision, row: null });
      change(told.scenarios, told.deletedIds);
    });
  void fill();

  return {
    reread: () => void (filling ? (wanted = 'now') : fill()),
    now: () => revision,
    learn(rows, askedAt) {
      // Nearly always it is what the list says already, and thousands of rows stay as they are.
      const news = rows.filter(
        (row) => (pushed.get(row.id)?.at ?? 0) <= askedAt && !isSame(shown.find(row.id), row),
      );
      if (news.length > 0) change(news, []);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      stream.unsubscribe();
    },
  };
}

const isSame = (a: Row | undefined, b: Row) => JSON.stringify(a) === JSON.stringify(b);
