/** A period: one of the usual ones, or two days. */
import { useState } from 'react';
import { inputClass } from '../../../parts/field.tsx';
import { isDays, PRESETS, type Days, type Filter } from './period.ts';
import styles from './period-picker.module.css';

const DAYS = 'days';

export function PeriodPicker({
  label,
  none,
  value,
  onChange,
  id,
}: {
  /** For screen readers, unless a label names `id`. */
  label: string;
  /** What it means when nothing is chosen: `Its own: last 7 days`, `All time`. */
  none: string;
  value: Filter | null;
  onChange: (filter: Filter | null) => void;
  id?: string;
}) {
  // Two days are told once they make a period; until then they are only typed.
  const [typed, setTyped] = useState<Days | null>(null);
  const text = JSON.stringify(value);
  const [known, setKnown] = useState(text);
  // By Back, or by a link.
  if (text !== known) {
    setKnown(text);
    setTyped(null);
  }
  const days = typed ?? (isDays(value) ? value : null);
  const type = (next: Days) => {
    if (isDays(next)) onChange(next);
    else setTyped(next);
  };
  const isWrong = days !== null && days.from !== '' && days.to !== '' && days.from > days.to;
  return (
    <div className={styles['picker']}>
      <select
        id={id}
        className={inputClass}
        aria-label={id === undefined ? label : undefined}
        value={days === null ? ((value as string | null) ?? '') : DAYS}
        onChange={({ target }) => {
          if (target.value === DAYS) return setTyped({ from: '', to: '' });
          setTyped(null);
          onChange(target.value || null);
        }}
      >
        <option value="">{none}</option>
        {PRESETS.map(([preset, words]) => (
          <option key={preset} value={preset}>
            {words}
          </option>
        ))}
        <option value={DAYS}>From … to …</option>
      </select>
      {days !== null && (
        <span className={styles['days']}>
          <input
            type="date"
            className={inputClass}
            aria-label={`${label}: first day`}
            value={days.from}
            aria-invalid={isWrong || undefined}
            onChange={({ target }) => type({ ...days, from: target.value })}
          />
          <span aria-hidden="true">–</span>
          <input
            type="date"
            className={inputClass}
            aria-label={`${label}: last day`}
            value={days.to}
            aria-invalid={isWrong || undefined}
            onChange={({ target }) => type({ ...days, to: target.value })}
          />
          {isWrong && <span role="alert">The last day lies before the first.</span>}
        </span>
      )}
    </div>
  );
}
