/** One field of a type's configuration. */
import { Field } from '../../../parts/field.tsx';
import type { SchemaField } from './schema-fields.ts';

export function SchemaInput({
  field,
  value,
  problem,
  onChange,
}: {
  field: SchemaField;
  value: string;
  problem: string | null;
  onChange: (text: string) => void;
}) {
  const { name, label, help, type, choices, byDefault, required } = field;
  const options = type === 'boolean' ? ['true', 'false'] : choices;
  const words = (option: string) =>
    type === 'boolean' ? (option === 'true' ? 'Yes' : 'No') : option;
  return (
    <Field label={label} help={help || undefined} problem={problem}>
      {(given) =>
        type === 'choice' || type === 'boolean' ? (
          <select
            {...given}
            data-field={name}
            required={required}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          >
            <option value="">{byDefault ? `${byDefault} (default)` : '–'}</option>
            {!options.includes(value) && value !== '' && <option value={value}>{value}</option>}
            {options.map((option) => (
              <option key={option} value={option}>
                {words(option)}
              </option>
            ))}
          </select>
        ) : type === 'list' || type === 'json' ? (
          <textarea
            {...given}
            data-field={name}
            required={required}
            rows={3}
            spellCheck={false}
            placeholder={byDefault}
            value={value}
            style={type === 'json' ? { fontFamily: 'var(--mono)' } : undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <input
            {...given}
            data-field={name}
            required={required}
            inputMode={type === 'number' ? 'decimal' : undefined}
            spellCheck={false}
            autoComplete="off"
            placeholder={byDefault}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}
