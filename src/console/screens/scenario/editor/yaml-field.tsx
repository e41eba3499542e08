/** A small field for what has no fields of its own: any JSON, written as YAML. What cannot be read yet is not taken over
 *  and stays as typed. */
import { useState } from 'react';
import { Field } from '../../../parts/field.tsx';
import { readYaml, writeYaml } from '../../../parts/yaml-text.ts';
import { isSame } from './configuration.ts';

export function YamlField({
  label,
  help,
  at,
  value,
  problem,
  readOnly,
  onChange,
}: {
  label: string;
  help?: string;
  /** By which a problem finds its field. */
  at: string;
  value: unknown;
  problem: string | null;
  readOnly: boolean;
  /** undefined: nothing is left of it. */
  onChange: (value: unknown) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const reading = typed === null ? null : readYaml(typed);
  const unread = reading?.problems[0];
  const meant = reading && !unread ? (reading.value ?? undefined) : undefined;
  const isKept = typed !== null && (unread !== undefined || isSame(meant, value));
  const written = value === undefined ? '' : writeYaml(value);
  const shown = isKept ? typed : written;

  function change(text: string) {
    setTyped(text);
    const { value: next, problems } = readYaml(text);
    if (problems.length === 0) onChange(next ?? undefined);
  }

  return (
    <Field
      label={label}
      help={help}
      problem={unread ? `Line ${unread.line}: ${unread.message}` : problem}
    >
      {(given) => (
        <textarea
          {...given}
          data-at={at}
          rows={Math.min(12, Math.max(3, shown.split('\n').length))}
          value={shown}
          readOnly={readOnly}
          spellCheck={false}
          style={{ fontFamily: 'var(--mono)' }}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}
