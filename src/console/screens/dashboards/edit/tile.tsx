/** One card on the editor's grid: chosen by a click, moved and sized by the pointer or by the arrow keys. */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { Skeleton } from '../../../parts/notice.tsx';
import { usePlace } from '../../../shell/place.ts';
import type { Filter } from '../period/period.ts';
import { placeWords, VISUALISATION_WORDS } from '../words.ts';
import type { Card } from './draft.ts';
import { DrawnCard } from './drawn-card.tsx';
import { COLUMNS, GAP_PX, ROW_PX, type Place } from './grid.ts';
import { usePreview } from './use-preview.ts';
import styles from './canvas.module.css';

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
// A hand that clicks is not quite still.
const DRAG_PX = 5;

type Grip = {
  readonly x: number;
  readonly y: number;
  readonly place: Place;
  readonly columnPx: number;
  readonly sizes: boolean;
  moved: boolean;
};

export function Tile({
  card,
  filter,
  chosen,
  helpId,
  onChoose,
  onPlace,
}: {
  card: Card;
  filter: Filter | null;
  chosen: boolean;
  helpId: string;
  /** @param byKey the form gets the focus. */
  onChoose: (byKey: boolean) => void;
  onPlace: (place: Place) => void;
}) {
  const { project } = usePlace();
  const { drawn, reading, why } = usePreview(card, filter, project.id);
  const { place, title } = card;
  const grip = useRef<Grip | null>(null);
  const wasDragged = useRef(false);

  function take(event: PointerEvent<HTMLElement>, sizes: boolean) {
    const grid = event.currentTarget.closest<HTMLElement>('[data-grid]');
    // A finger scrolls the page; on a phone cards lie below each other anyhow.
    if (event.button !== 0 || event.pointerType === 'touch' || grid === null) return;
    const columnPx = (grid.clientWidth + GAP_PX) / COLUMNS;
    grip.current = { x: event.clientX, y: event.clientY, place, columnPx, sizes, moved: false };
    wasDragged.current = false;
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  function drag({ clientX, clientY }: PointerEvent<HTMLElement>) {
    const held = grip.current;
    if (!held) return;
    const [dx, dy] = [clientX - held.x, clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < DRAG_PX) return;
    held.moved = true;
    wasDragged.current = true;
    const [columns, rows] = [Math.round(dx / held.columnPx), Math.round(dy / (ROW_PX + GAP_PX))];
    const { x, y, w, h } = held.place;
    onPlace(
      held.sizes
        ? { x, y, w: Math.min(w + columns, COLUMNS - x), h: h + rows }
        : { x: x + columns, y: y + rows, w, h },
    );
  }

  const drop = () => {
    grip.current = null;
  };

  function press(event: KeyboardEvent) {
    const [dx, dy] = ARROWS[event.key] ?? [];
    if (dx === undefined || dy === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    const { x, y, w, h } = place;
    onPlace(
      event.shiftKey
        ? { x, y, w: Math.min(w + dx, COLUMNS - x), h: h + dy }
        : { x: x + dx, y: y + dy, w, h },
    );
  }

  const kind = VISUALISATION_WORDS[card.visualisation] ?? card.visualisation;
  return (
    <div
      className={styles['tile']}
      data-card={card.key}
      data-chosen={chosen || undefined}
      data-busy={reading || undefined}
      style={{
        gridArea: `${place.y + 1} / ${place.x + 1} / span ${place.h} / span ${place.w}`,
        minHeight: `${place.h * ROW_PX + (place.h - 1) * GAP_PX}px`,
      }}
    >
      {drawn ? (
        <DrawnCard html={drawn.html} style={drawn.style} />
      ) : why === null ? (
        <div className={styles['blank']}>
          <Skeleton lines={3} />
        </div>
      ) : (
        <div className={styles['blank']}>
          <b>{title}</b>
          <p>{why}</p>
        </div>
      )}
      <button
        type="button"
        className={styles['grip']}
        aria-pressed={chosen}
        aria-label={`${title}, ${kind}, ${placeWords(place)}${why === null ? '' : `. ${why}`}`}
        aria-describedby={helpId}
        onPointerDown={(event) => take(event, false)}
        onPointerMove={drag}
        onPointerUp={drop}
        onPointerCancel={drop}
        onKeyDown={press}
        onClick={(event) => {
          if (wasDragged.current) wasDragged.current = false;
          // A click that no pointer made.
          else onChoose(event.detail === 0);
        }}
      />
      <span
        className={styles['corner']}
        aria-hidden="true"
        onPointerDown={(event) => take(event, true)}
        onPointerMove={drag}
        onPointerUp={drop}
        onPointerCancel={drop}
      />
    </div>
  );
}
