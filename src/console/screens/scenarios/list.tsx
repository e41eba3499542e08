/** The rows: only those in view are on the page, however many there are. The window scrolls, not a box in it. */
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, type RefObject } from 'react';
import { Tips } from '../../parts/tips.tsx';
import { usePlace } from '../../shell/place.ts';
import { useRowCommands, type RowCommands } from './row-commands.tsx';
import { ScenarioRow } from './row.tsx';
import { useShape } from './use-shape.ts';
import type { LiveRoster } from './use-roster.ts';
import styles from './list.module.css';

// In rem, as list.module.css has it; a card is as high as what it says.
const HEIGHT = { wide: 3.75, tight: 3.75, cards: 10 } as const;
// Rows above and below the window, so that Tab finds the next one there.
const BEYOND = 6;

const COLUMNS = ['Scenario', 'State', 'Trigger', 'Next due', 'Last runs', 'Actions'] as const;

export function List({ roster }: { roster: LiveRoster }) {
  const { project } = usePlace();
  const { commands, shown } = useRowCommands();
  return (
    <>
      <Tips>
        <Rows roster={roster} project={project.slug} commands={project.canEdit ? commands : null} />
      </Tips>
      {shown}
    </>
  );
}

/** Drawn anew with every picture of a scrolling page: what opens is not part of it. */
function Rows({
  roster,
  project,
  commands,
}: {
  roster: LiveRoster;
  project: string;
  commands: RowCommands | null;
}) {
  const { rows, strips, look, total, isComplete, isOld } = roster;
  const box = useRef<HTMLDivElement>(null);
  const { top, shape, rem } = useShape(box);
  const hasCards = shape === 'cards';
  const focused = useRowFocus(box);

  // oxlint-disable-next-line react/incompatible-library -- rows get what they show as plain values
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => HEIGHT[shape] * rem,
    overscan: BEYOND,
    scrollMargin: top,
    getItemKey: useCallback((index: number) => rows[index]!.id, [rows]),
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      // What has the focus stays on the page, or the keyboard would lose its place.
      const at = focused.current ? rows.findIndex(({ id }) => id === focused.current) : -1;
      return at < 0 || indexes.includes(at) ? indexes : [...indexes, at].sort((a, b) => a - b);
    },
  });
  const { isScrolling } = virtualizer;
  const isMoving = useCallback(() => virtualizer.isScrolling, [virtualizer]);
  const items = virtualizer.getVirtualItems();

  useEffect(() => virtualizer.measure(), [virtualizer, shape]);
  const ids = items.map(({ key }) => String(key)).join(' ');
  useEffect(() => look(ids ? ids.split(' ') : [], isScrolling), [look, ids, isScrolling]);

  return (
    <div
      ref={box}
      role="table"
      aria-label="Scenarios"
      aria-rowcount={isComplete ? rows.length + 1 : (total ?? rows.length) + 1}
      aria-busy={isOld || undefined}
      data-shape={shape}
      className={styles['list']}
    >
      <div role="rowgroup" className={styles['head']}>
        <div role="row" aria-rowindex={1}>
          {COLUMNS.map((column) => (
            <div key={column} role="columnheader" data-column={column}>
              <span className={column === 'Actions' ? 'visually-hidden' : undefined}>{column}</span>
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        className={styles['rows']}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, key, start }) => (
          <ScenarioRow
            key={key}
            row={rows[index]!}
            runs={strips.get(rows[index]!.id) ?? null}
            index={index}
            top={start - top}
            project={project}
            commands={commands}
            isMoving={isMoving}
            measure={hasCards ? virtualizer.measureElement : undefined}
          />
        ))}
      </div>
    </div>
  );
}

/** Arrows up and down go from row to row, to the same control.
 *  @returns the id of the row that has the focus. */
function useRowFocus(box: RefObject<HTMLElement | null>): RefObject<string | null> {
  const focused = useRef<string | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const over = new AbortController();
    const { signal } = over;
    element.addEventListener(
      'focusin',
      ({ target }) => {
        const row = (target as Element).closest<HTMLElement>('[data-id]');
        focused.current = row?.dataset['id'] ?? null;
      },
      { signal },
    );
    element.addEventListener('focusout', () => (focused.current = null), { signal });
    element.addEventListener('keydown', moveFocus, { signal });
    return () => over.abort();
  }, [box]);
  return focused;
}

function moveFocus(event: KeyboardEvent) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
  if (step === undefined || !from) return;
  const next = from.parentElement?.querySelector(
    `[data-index="${Number(from.dataset['index']) + step}"]`,
  );
  const { control = 'name' } = (event.target as HTMLElement).dataset;
  const target = next?.querySelector<HTMLElement>(`[data-control="${control}"]`);
  if (!target) return;
  event.preventDefault();
  target.focus();
}
