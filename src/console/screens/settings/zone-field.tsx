/** A time zone by its IANA name; those that the browser knows are proposed. */
import { useId, type ReactNode } from 'react';
import { Field } from '../../parts/field.tsx';

const ZONES = Intl.supportedValuesOf('timeZone');

/** Whether this browser can tell its clocks. One types a zone letter by letter. */
export function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function ZoneField({
  label = 'Time zone',
  help,
  problem,
  placeholder,
  value,
  onChange,
}: {
  label?: string;
  help: ReactNode;
  problem: string | null;
  /** What it is when left empty. */
  placeholder?: string;
  value: string;
  onChange: (zone: string) => void;
}) {
  const list = useId();
  return (
    <Field label={label} help={help} problem={problem}>
      {(given) => (
        <>
          <input
            {...given}
            list={list}
            spellCheck={false}
            autoComplete="off"
            placeholder={placeholder}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {ZONES.map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
