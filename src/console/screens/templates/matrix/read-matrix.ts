/** The matrix, read in tiles as they come into view and kept true with what is pushed. It may have 200,000 cells, of
 *  which a screen shows some hundred. */
import type { Client, CombinedError } from 'urql';
import {
  TemplatesMatrixChangesDocument,
  TemplatesMatrixDocument,
  type TemplatesMatrixQuery,
} from '../../../generated/graphql.ts';
import { createUncachedGraphQL } from '../../../live/client.ts';
import type { Filters } from '../filters.ts';
import { NOTHING, withCells, withEntries, withNews, type Sheet, type Told } from './sheet.ts';

export type MatrixState = {
  readonly sheet: Sheet;
  /** Whose it is; null: nothing was read yet. */
  readonly of: Filters | null;
  readonly error: CombinedError | null;
};

export const UNREAD: MatrixState = { sheet: NOTHING, of: null, error: null };

/** Half open ranges of places. */
export type Range = { readonly from: number; readonly to: number };

export type MatrixReader = {
  /** What is in view. @param isMoving what only flies past is not asked for. */
  look(rows: Range, columns: Range, isMoving: boolean): void;
  /** What a command answered. */
  learn(told: readonly Told[]): void;
  /** All entries of both sides that these ranges hold; what is missing is read. null: not all could be. */
  complete(rows: Range, columns: Range): Promise<Sheet | null>;
  reread(): void;
  close(): void;
};

// A screen of 2560 px shows some 40 by 20: four tiles. An answer is read and drawn within a picture.
const TILE = { rows: 25, columns: 50 };
const DWELL_MS = 120;
// A matrix that changes all over is read as often as one can see.
const AGAIN_MS = 400;

// Two hundred thousand entries in the normalised cache would stay there for as long as the page is open.
const uncached = createUncachedGraphQL();

/** @param publish is told every change. */
export function readMatrix(
  client: Client,
  filters: Filters,
  publish: (change: Partial<MatrixState>) => void,
): MatrixReader {
  let state = UNREAD;
  let closed = false;
  let dwelling: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let seen: { rows: Range; columns: Range } = {
    rows: { from: 0, to: 1 },
    columns: { from: 0, to: 1 },
  };
  /** Read since the stream last lost its thread. */
  let fresh = new Set<string>();
  const asking = new Map<string, Promise<boolean>>();
  /** When a cell was last told of by a push or a command, in questions asked until then. */
  const toldAt = new Map<string, number>();
  let asked = 0;

  const put = (change: Partial<MatrixState>) => {
    state = { ...state, ...change };
    // Until there is something, what was shown before stays.
    if (state.of !== null) publish(state);
    else if (state.error) publish({ error: state.error });
  };

  function tilesOf(rows: Range, columns: Range): string[] {
    const tiles: string[] = [];
    for (let r = Math.floor(rows.from / TILE.rows); r * TILE.rows < rows.to; r += 1) {
      for (let c = Math.floor(columns.from / TILE.columns); c * TILE.columns < columns.to; c += 1) {
        tiles.push(`${r} ${c}`);
      }
    }
    return tiles;
  }

  /** @returns whether all was read. */
  async function ask(rows: Range, columns: Range): Promise<boolean> {
    const answers = tilesOf(rows, columns)
      .filter((tile) => !fresh.has(tile))
      .map((tile) => {
        const going = asking.get(tile) ?? read(tile).finally(() => asking.delete(tile));
        asking.set(tile, going);
        return going;
      });
    return (await Promise.all(answers)).every(Boolean);
  }

  /** @returns whether it was read. */
  async function read(tile: string): Promise<boolean> {
    const [r = 0, c = 0] = tile.split(' ').map(Number);
    const [templateOffset, projectOffset] = [r * TILE.rows, c * TILE.columns];
    const thread = fresh;
    const askedAt = ++asked;
    const { data, error } = await uncached
      .query(TemplatesMatrixDocument, {
        ...{ templateOffset, templateCount: TILE.rows, projectOffset, projectCount: TILE.columns },
        templateText: filters.text || null,
        projectText: filters.projects || null,
        state: filters.state,
      })
      .toPromise();
    if (closed) return false;
    if (!data) {
      put({ error: error ?? null });
      return false;
    }
    // Asked before a thread was lost: shown, and asked again.
    if (thread === fresh) fresh.add(tile);
    else later();
    take(data.matrix, { templateOffset, projectOffset, askedAt });
    return true;
  }

  function take(
    { templates, projects, cells }: TemplatesMatrixQuery['matrix'],
    { templateOffset, projectOffset, askedAt }: Record<string, number>,
  ) {
    const { sheet } = state;
    const found = new Map(cells.map((cell) => [keyOf(cell), cell]));
    const told = new Map(sheet.cells);
    for (const { id: templateId } of templates.nodes) {
      const row = new Map(told.get(templateId));
      for (const { id: projectId } of projects.nodes) {
        const key = keyOf({ templateId, projectId });
        // What was told after the question was asked is newer than its answer.
        if ((toldAt.get(key) ?? 0) >= askedAt!) continue;
        const cell = found.get(key);
        if (cell) row.set(projectId, { state: cell.state, overridden: cell.overridden });
        else row.delete(projectId);
      }
      told.set(templateId, row);
    }
    put({
      sheet: {
        templates: withEntries(sheet.templates, {
          ...{ offset: templateOffset!, total: templates.totalCount, entries: templates.nodes },
        }),
        projects: withEntries(sheet.projects, {
          ...{ offset: projectOffset!, total: projects.totalCount, entries: projects.nodes },
        }),
        cells: told,
      },
      of: filters,
      error: null,
    });
  }

  function learn(told: readonly Told[]) {
    if (asking.size === 0) toldAt.clear();
    for (const cell of told) toldAt.set(keyOf(cell), asked);
    if (told.length > 0)
      put({ sheet: { ...state.sheet, cells: withCells(state.sheet.cells, told) } });
  }

  /** Reads what is in view anew, soon. */
  function later() {
    again ??= setTimeout(() => {
      again = undefined;
      void ask(seen.rows, seen.columns);
    }, AGAIN_MS);
  }

  function reread() {
    fresh = new Set();
    later();
  }

  const stream = client.subscription(TemplatesMatrixChangesDocument, {}).subscribe((answer) => {
    const change = answer.data?.matrix;
    if (!change) return;
    if (change.resync || change.deletedTemplateIds.length > 0) return reread();
    learn(change.matrixCells);
    const { sheet } = state;
    const templates = withNews(sheet.templates, change.templates);
    if (templates !== sheet.templates) put({ sheet: { ...state.sheet, templates } });
    // One that is new, or is called otherwise, stands at a place that only the server knows.
    const before = new Map(sheet.templates.map((each) => [each?.id, each?.displayName]));
    if (change.templates.some(({ id, displayName }) => before.get(id) !== displayName)) reread();
  });
  void ask(seen.rows, seen.columns);

  return {
    look(rows, columns, isMoving) {
      seen = { rows, columns };
      clearTimeout(dwelling);
      if (!isMoving) void ask(rows, columns);
      else dwelling = setTimeout(() => void ask(seen.rows, seen.columns), DWELL_MS);
    },
    learn,
    async complete(rows, columns) {
      const answers = await Promise.all([
        ask({ from: 0, to: 1 }, columns),
        ask(rows, { from: 0, to: 1 }),
      ]);
      return answers.every(Boolean) ? state.sheet : null;
    },
    reread,
    close() {
      closed = true;
      clearTimeout(dwelling);
      clearTimeout(again);
      stream.unsubscribe();
    },
  };
}

const keyOf = ({ templateId, projectId }: Pick<Told, 'templateId' | 'projectId'>) =>
  `${templateId} ${projectId}`;
