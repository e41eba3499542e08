/** The editor of a dashboard: its title and period, its cards on their grid, and the form of the one that is chosen.
 *  Nobody presses Save. */
import { useRef, useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Callout } from '../../../parts/callout.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Menu, MenuItem } from '../../../parts/menu.tsx';
import { paths, usePlace } from '../../../shell/place.ts';
import type { Dashboard } from '../dashboard.tsx';
import { PeriodPicker } from '../period/period-picker.tsx';
import { Canvas } from './canvas.tsx';
import { CardForm } from './card-form.tsx';
import { newCard, type Card } from './draft.ts';
import { below, put, type Place } from './grid.ts';
import { KINDS } from './kinds.ts';
import { SavedNote } from './saved-note.tsx';
import { useAutosave } from './use-autosave.ts';
import styles from './editor.module.css';

const MAX_CARDS = 60;

export default function Editor({
  dashboard,
  reread,
}: {
  dashboard: Dashboard;
  /** Asks for the dashboard anew. */
  reread: () => void;
}) {
  const { project } = usePlace();
  const address = paths.dashboard(project.slug, dashboard.databaseId, 'edit');
  const { draft, saving, change, takeTheirs, keepMine } = useAutosave(dashboard, address, reread);
  const [chosenKey, setChosenKey] = useState<string | null>(null);
  const [focusAt, setFocusAt] = useState(0);
  const board = useRef<HTMLDivElement>(null);
  const { cards, filter } = draft;
  const at = cards.findIndex(({ key }) => key === chosenKey);
  const chosen = cards[at];
  const problems = saving.state === 'refused' ? saving.problems : [];

  const setCards = (next: (before: readonly Card[]) => readonly Card[]) =>
    change((before) => ({ ...before, cards: next(before.cards) }));
  const edit = (key: string, given: Partial<Card>) =>
    setCards((before) => before.map((card) => (card.key === key ? { ...card, ...given } : card)));
  const place = (key: string, wanted: Place) => setCards((before) => put(before, key, wanted));
  function choose(key: string, withFocus: boolean) {
    setChosenKey(key);
    setFocusAt((before) => (withFocus ? Math.abs(before) + 1 : -Math.abs(before)));
  }
  function add(card: Card) {
    const placed = { ...card, place: { ...card.place, y: below(cards) } };
    setCards((before) => [...before, placed]);
    choose(placed.key, true);
  }
  function focusOn(key: string | null) {
    const tile = key === null ? null : board.current?.querySelector(`[data-card="${key}"] button`);
    (tile as HTMLElement | null)?.focus();
  }
  function close() {
    focusOn(chosenKey);
    setChosenKey(null);
  }
  function remove(key: string) {
    const next = cards[at + 1] ?? cards[at - 1];
    setCards((before) => before.filter((card) => card.key !== key));
    setChosenKey(null);
    focusOn(next?.key ?? null);
  }

  const rest = problems.filter(({ path }) => path[1] !== 'cards' || path[2] !== String(at));
  return (
    <div className={styles['editor']}>
      <div className={styles['bar']}>
        <Menu
          trigger={
            <Button icon={<Icon name="plus" />} disabled={cards.length >= MAX_CARDS}>
              Add a card
            </Button>
          }
        >
          {KINDS.map(([kind, words]) => (
            <MenuItem key={kind} onSelect={() => add(newCard(kind))}>
              {words}
            </MenuItem>
          ))}
        </Menu>
        <SavedNote saving={saving} />
      </div>
      {saving.state === 'conflict' && (
        <Callout
          tone="warn"
          title="Somebody else has saved this dashboard meanwhile."
          actions={
            <>
              <Button disabled={saving.theirs === null} onClick={takeTheirs}>
                Take theirs
              </Button>
              <Button disabled={saving.theirs === null} onClick={keepMine}>
                Keep mine
              </Button>
            </>
          }
        >
          <p>
            Theirs drops what you have changed since. Yours is saved over theirs, which stays in the
            history.
          </p>
        </Callout>
      )}
      {rest.length > 0 && (
        <Callout tone="bad" title="Not saved yet: something has to be mended first.">
          <ul>
            {rest.map(({ at: where, message, path }) => {
              const card = path[1] === 'cards' ? cards[Number(path[2])] : undefined;
              return (
                <li key={`${where} ${message}`}>
                  {card ? (
                    <button
                      type="button"
                      className={styles['mend']}
                      onClick={() => choose(card.key, true)}
                    >
                      {card.title || 'A card without a title'}
                    </button>
                  ) : (
                    where.replace(/^input\./, '')
                  )}{' '}
                  {path[3] !== undefined && path[3] !== 'sql' ? `${path[3]} ` : ''}
                  {message}
                </li>
              );
            })}
          </ul>
        </Callout>
      )}
      {dashboard.hiddenCardCount > 0 && (
        <Callout tone="calm" title="Not all of its cards are here.">
          <p>
            {dashboard.hiddenCardCount} that you may not see{' '}
            {dashboard.hiddenCardCount === 1 ? 'stays' : 'stay'} as{' '}
            {dashboard.hiddenCardCount === 1 ? 'it is' : 'they are'}.
          </p>
        </Callout>
      )}
      <div className={styles['head']}>
        <Field label="Title">
          {(given) => (
            <input
              {...given}
              value={draft.title}
              maxLength={200}
              onChange={({ target }) => change((before) => ({ ...before, title: target.value }))}
            />
          )}
        </Field>
        <Field label="Period unless another is asked for">
          {({ id }) => (
            <PeriodPicker
              id={id}
              label="Period"
              none="All time"
              value={filter}
              onChange={(next) => change((before) => ({ ...before, filter: next }))}
            />
          )}
        </Field>
      </div>
      <div className={styles['desk']} data-open={chosen !== undefined || undefined}>
        <div ref={board} className={styles['board']}>
          <Canvas
            cards={cards}
            filter={filter}
            chosen={chosen?.key ?? null}
            onChoose={choose}
            onCards={setCards}
          />
        </div>
        {chosen && (
          <CardForm
            key={chosen.key}
            card={chosen}
            filter={filter}
            focusAt={focusAt}
            problems={problems
              .filter(({ path }) => path[1] === 'cards' && path[2] === String(at))
              .map((problem) => ({ ...problem, path: problem.path.slice(3) }))}
            onChange={(given) => edit(chosen.key, given)}
            onPlace={(wanted) => place(chosen.key, wanted)}
            onCopy={() => add({ ...chosen, key: crypto.randomUUID(), databaseId: null })}
            onRemove={() => remove(chosen.key)}
            onClose={close}
          />
        )}
      </div>
    </div>
  );
}
