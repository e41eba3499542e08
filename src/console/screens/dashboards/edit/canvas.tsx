/** The cards on their grid, each drawn as it will be. */
import { useId, useState } from 'react';
import { Empty } from '../../../parts/notice.tsx';
import type { Filter } from '../period/period.ts';
import { placeWords } from '../words.ts';
import type { Card } from './draft.ts';
import { put, type Place } from './grid.ts';
import { Tile } from './tile.tsx';
import styles from './canvas.module.css';

export function Canvas({
  cards,
  filter,
  chosen,
  onChoose,
  onCards,
}: {
  cards: readonly Card[];
  filter: Filter | null;
  /** The key of the card whose form is open. */
  chosen: string | null;
  onChoose: (key: string, byKey: boolean) => void;
  onCards: (next: (before: readonly Card[]) => readonly Card[]) => void;
}) {
  const helpId = useId();
  const [told, setTold] = useState('');
  // In the order of their making, so that the browser keeps the one that is moved, and its focus.
  const steady = cards.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  function place(card: Card, wanted: Place) {
    onCards((before) => put(before, card.key, wanted));
    const now = put(cards, card.key, wanted).find(({ key }) => key === card.key);
    setTold(`${card.title}: ${placeWords(now?.place)}`);
  }
  return (
    <div className={styles['board']}>
      {cards.length === 0 ? (
        <Empty title="No cards yet">
          <p>Add the first above.</p>
        </Empty>
      ) : (
        <div className={styles['canvas']} data-grid="">
          {steady.map((card) => (
            <Tile
              key={card.key}
              card={card}
              filter={filter}
              chosen={card.key === chosen}
              helpId={helpId}
              onChoose={(byKey) => onChoose(card.key, byKey)}
              onPlace={(wanted) => place(card, wanted)}
            />
          ))}
        </div>
      )}
      <p id={helpId} className={styles['help']}>
        Arrow keys move a card, with Shift they size it; Enter opens its form. By mouse: drag it, or
        its corner.
      </p>
      <span role="status" className="visually-hidden">
        {told}
      </span>
    </div>
  );
}
