/** What the forms of this screen share: a wide dialog that sends, name and slug, and where a refusal belongs. */
import type { ReactNode, SubmitEvent } from 'react';
import { useId } from 'react';
import type { Refused } from '../../live/use-command.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Refusal } from '../../parts/notice.tsx';
import { problemAt, withoutFields } from '../settings/refused-at.ts';
import styles from './data.module.css';

/** @param fields those that tell their own problems, as the input names them. */
export function FormDialog({
  title,
  send,
  sending,
  refused,
  fields,
  onSend,
  onClose,
  children,
}: {
  title: string;
  send: string;
  sending: boolean;
  refused: Refused | null;
  fields: readonly string[];
  onSend: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const id = useId();
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    onSend();
  }
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" type="submit" form={id} busy={sending}>
            {send}
          </Button>
        </>
      }
    >
      <form id={id} className={styles['form']} onSubmit={submit}>
        <Refusal
          refused={withoutFields(
            refused,
            fields.map((name) => ['input', ...name.split('.')]),
          )}
        />
        {children}
      </form>
    </Dialog>
  );
}

/** @param path as the input names it: `source.path`. */
export const problemOf = (refused: Refused | null, path: string): string | null =>
  problemAt(refused, 'input', ...path.split('.'));

export function NameAndSlug({
  name,
  slug,
  isNew,
  refused,
  onName,
  onSlug,
}: {
  name: string;
  slug: string;
  isNew: boolean;
  refused: Refused | null;
  onName: (name: string) => void;
  onSlug: (slug: string) => void;
}) {
  return (
    <div className={styles['pair']}>
      <Field label="Name" problem={problemOf(refused, 'name')}>
        {(given) => (
          <input
            {...given}
            required
            autoComplete="off"
            value={name}
            onChange={(event) => onName(event.target.value)}
          />
        )}
      </Field>
      {isNew && (
        <Field
          label="Slug"
          help="What steps and recipes name. It stays."
          problem={problemOf(refused, 'slug')}
        >
          {(given) => (
            <input
              {...given}
              required
              autoComplete="off"
              spellCheck={false}
              value={slug}
              onChange={(event) => onSlug(event.target.value)}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** `Daily sales` as `daily-sales`. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, 63);

export const wordsOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((word) => word.trim())
    .filter(Boolean);
