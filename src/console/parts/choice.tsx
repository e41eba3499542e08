/** One of a few ways to look at the same thing, chosen in place. */
import { useId } from 'react';
import styles from './choice.module.css';

export type ChoiceOption<Value extends string> = { readonly value: Value; readonly label: string };

export function Choice<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  /** For screen readers. */
  label: string;
  options: readonly ChoiceOption<Value>[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className={styles['choice']}>
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
