/** One card's fields: what it is called, asks and shows, who sees it, where it lies; and the rows behind it. */
import { useEffect, useEffectEvent, useRef } from 'react';
import type { Visualisation } from '../../../generated/graphql.ts';
import type { Problem } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { usePlace } from '../../../shell/place.ts';
import { useIsAdmin } from '../../../shell/use-viewer.ts';
import type { Filter } from '../period/period.ts';
import { permissionWords } from '../words.ts';
import { OPTIONS, type Card, type Options } from './draft.ts';
import type { Place } from './grid.ts';
import { KINDS } from './kinds.ts';
import { OptionFields } from './option-fields.tsx';
import { PreviewRows } from './preview-rows.tsx';
import { usePreview } from './use-preview.ts';
import styles from './editor.module.css';

const PERMISSIONS = [null, 'project.edit', 'org.admin'] as const;

export function CardForm({
  card,
  filter,
  problems,
  focusAt,
  onChange,
  onPlace,
  onCopy,
  onRemove,
  onClose,
}: {
  card: Card;
  filter: Filter | null;
  /** Of this card, their paths beginning with its fields. */
  problems: readonly Problem[];
  /** Takes the focus whenever it becomes another number; 0: leaves it where it is. */
  focusAt: number;
  onChange: (change: Partial<Card>) => void;
  onPlace: (place: Place) => void;
  onCopy: () => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { project } = usePlace();
  const isAdmin = useIsAdmin() ?? false;
  const first = useRef<HTMLInputElement>(null);
  const preview = usePreview(card, filter, project.id);
  useEffect(() => {
    if (focusAt > 0) first.current?.focus();
  }, [focusAt]);
  const form = useRef<HTMLDivElement>(null);
  const leave = useEffectEvent(onClose);
  useEffect(() => {
    const press = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') leave();
    };
    const element = form.current;
    element?.addEventListener('keydown', press);
    return () => element?.removeEventListener('keydown', press);
  }, []);
  const problemOf = (field: string) =>
    problems
      .filter(({ path }) => path[0] === field)
      .map(({ message }) => message)
      .join('; ') || null;
  const isText = card.visualisation === 'TEXT';

  /** Options that the other kind does not know are dropped. */
  function turnInto(visualisation: Visualisation) {
    const kept = Object.entries(card.options).filter(([name]) =>
      OPTIONS[visualisation].includes(name as keyof Options),
    );
    const sql = visualisation === 'TEXT' || card.sql !== '' ? card.sql : 'select 1 as value';
    onChange({ visualisation, sql, options: Object.fromEntries(kept) });
  }

  return (
    <div ref={form}>
      <Panel
        title="Card"
        actions={
          <>
            <Button kind="quiet" icon={<Icon name="copy" />} onClick={onCopy}>
              Copy
            </Button>
            <Button kind="danger" icon={<Icon name="bin" />} onClick={onRemove}>
              Remove
            </Button>
            <Button
              kind="quiet"
              icon={<Icon name="close" />}
              aria-label="Close the card’s form"
              onClick={onClose}
            />
          </>
        }
      >
        <div className={styles['fields']}>
          <Field label="Card title" problem={problemOf('title')}>
            {(given) => (
              <input
                {...given}
                ref={first}
                value={card.title}
                maxLength={200}
                onChange={({ target }) => onChange({ title: target.value })}
              />
            )}
          </Field>
          <Field label="Shown as" problem={problemOf('visualisation')}>
            {(given) => (
              <select
                {...given}
                value={card.visualisation}
                onChange={({ target }) => turnInto(target.value as Visualisation)}
              >
                {KINDS.map(([kind, words]) => (
                  <option key={kind} value={kind}>
                    {words}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {!isText && (
            <Field
              label="SQL"
              help="One SELECT on the project’s warehouse. {{ from }} and {{ to }} are the bounds of the period."
              problem={problemOf('sql') ?? preview.why}
            >
              {({ className, ...given }) => (
                <textarea
                  {...given}
                  className={`${className} ${styles['code']}`}
                  rows={8}
                  spellCheck={false}
                  autoCapitalize="off"
                  autoComplete="off"
                  value={card.sql}
                  onChange={({ target }) => onChange({ sql: target.value })}
                />
              )}
            </Field>
          )}
          <OptionFields
            card={card}
            columns={preview.drawn?.columns ?? []}
            problem={problemOf('options')}
            onChange={(options) => onChange({ options })}
          />
          <Field label="Seen by" problem={problemOf('requiredPermission')}>
            {(given) => (
              <select
                {...given}
                value={card.requiredPermission ?? ''}
                onChange={({ target }) => onChange({ requiredPermission: target.value || null })}
              >
                {PERMISSIONS.filter((each) => each !== 'org.admin' || isAdmin).map((each) => (
                  <option key={each} value={each ?? ''}>
                    {permissionWords(each)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <PlaceFields place={card.place} onPlace={onPlace} />
          {!isText && <PreviewRows preview={preview} />}
        </div>
      </Panel>
    </div>
  );
}

const PLACE = [
  ['x', 'Column', 1],
  ['y', 'Row', 1],
  ['w', 'Width', 0],
  ['h', 'Height', 0],
] as const;

function PlaceFields({ place, onPlace }: { place: Place; onPlace: (place: Place) => void }) {
  return (
    <div className={styles['place']}>
      {PLACE.map(([name, label, from]) => (
        <Field key={name} label={label}>
          {(given) => (
            <input
              {...given}
              type="number"
              min={1}
              value={place[name] + from}
              onChange={({ target }) => {
                const typed = target.valueAsNumber;
                if (Number.isInteger(typed)) onPlace({ ...place, [name]: typed - from });
              }}
            />
          )}
        </Field>
      ))}
    </div>
  );
}
