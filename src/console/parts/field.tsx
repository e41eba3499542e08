/** A labelled input with its help and what is wrong with it. */
import { useId, type ReactNode } from 'react';
import styles from './field.module.css';

type Given = {
  readonly id: string;
  readonly className: string | undefined;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
};

export function Field({
  label,
  help,
  problem,
  children,
}: {
  label: string;
  help?: ReactNode;
  problem?: string | null | undefined;
  /** Draws the input with what it is given. */
  children: (given: Given) => ReactNode;
}) {
  const id = useId();
  const told = [help !== undefined && `${id}-help`, problem && `${id}-problem`].filter(Boolean);
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: styles['input'],
        'aria-describedby': told.join(' ') || undefined,
        'aria-invalid': problem ? true : undefined,
      })}
      {problem && (
        <p id={`${id}-problem`} className={styles['problem']}>
          {problem}
        </p>
      )}
      {help !== undefined && (
        <p id={`${id}-help`} className={styles['help']}>
          {help}
        </p>
      )}
    </div>
  );
}

/** The look of a text field, for inputs without a visible label. */
export const inputClass = styles['input'];
