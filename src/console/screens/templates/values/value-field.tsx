/** One parameter as a field that fits its type. Empty it has its default, which stands in it in grey. */
import { useId } from 'react';
import type { TemplateParameterPartsFragment } from '../../../generated/graphql.ts';
import { Field } from '../../../parts/field.tsx';
import {
  parseList,
  parseNumber,
  parseText,
  showList,
  showPlain,
  useTyped,
} from '../../scenario/editor/use-typed.ts';

export type Parameter = TemplateParameterPartsFragment;

type Show = (value: unknown) => string;
type Parse = (text: string) => unknown;
type Look = {
  readonly show: Show;
  readonly parse: Parse;
  readonly help?: string;
  readonly mode?: 'decimal' | 'numeric' | 'email';
  readonly isCode?: boolean;
};

const text: Look = { show: showPlain, parse: parseText };
/** A slug, or the number of the same. */
const ref: Look = { show: showPlain, parse: parseNumber, help: 'Its slug or its number.' };

const LOOKS: Readonly<Record<Parameter['type'], Look>> = {
  STRING: text,
  ENUM: text,
  BOOLEAN: text,
  INTEGER: { show: showPlain, parse: parseNumber, mode: 'numeric' },
  NUMBER: { show: showPlain, parse: parseNumber, mode: 'decimal' },
  TIMEZONE: { ...text, help: 'A name such as Asia/Jakarta.' },
  CRON: { ...text, isCode: true, help: 'Minute, hour, day of the month, month, day of the week.' },
  EMAIL: { ...text, mode: 'email' },
  EMAIL_LIST: {
    show: showList,
    parse: (typed) => parseList(typed, false),
    help: 'Addresses with commas between them.',
  },
  RECIPE_REF: { ...ref, help: 'A recipe of the project, by its slug or number.' },
  DATASET_REF: { ...ref, help: 'A dataset of the project, by its slug or number.' },
  AGENT_REF: { ...ref, help: 'An agent of the project, by its slug or number.' },
  DASHBOARD_REF: { ...ref, help: 'A dashboard of the project, by its number.', mode: 'numeric' },
  DASHBOARD_REFS: {
    show: showList,
    parse: (typed) => parseList(typed, true),
    help: 'Numbers of dashboards with commas between them.',
  },
};

const ZONES = Intl.supportedValuesOf('timeZone');

export function ValueField({
  parameter,
  value,
  problem,
  readOnly,
  onChange,
}: {
  parameter: Parameter;
  /** undefined: nothing is given. */
  value: unknown;
  /** In the server's words. */
  problem: string | null;
  readOnly: boolean;
  onChange: (value: unknown) => void;
}) {
  const { name, type, options, required, help } = parameter;
  const look = LOOKS[type];
  const zones = useId();
  const [shown, change] = useTyped(value, look.show, look.parse);
  const byDefault = parameter.default;
  const hasDefault = byDefault !== null && byDefault !== undefined;
  const isWanted = required && !hasDefault;
  const common = {
    'data-parameter': name,
    'aria-required': isWanted || undefined,
  };
  const choices = choicesOf(type, options);
  return (
    <Field
      label={isWanted ? `${name} (required)` : name}
      help={[help, look.help].filter(Boolean).join(' ') || undefined}
      problem={problem}
    >
      {(given) =>
        choices ? (
          <select
            {...given}
            {...common}
            disabled={readOnly}
            value={JSON.stringify(value) ?? ''}
            onChange={({ target }) =>
              onChange(target.value === '' ? undefined : JSON.parse(target.value))
            }
          >
            <option value="">
              {hasDefault
                ? `${wordOf(choices, byDefault)} (default)`
                : isWanted
                  ? 'Choose'
                  : 'None'}
            </option>
            {choices.map(({ label, value: choice }) => (
              <option key={label} value={JSON.stringify(choice)}>
                {label}
              </option>
            ))}
            {value !== undefined && choices.every((choice) => choice.value !== value) && (
              <option value={JSON.stringify(value)}>{showPlain(value)}</option>
            )}
          </select>
        ) : (
          <>
            <input
              {...given}
              {...common}
              value={shown}
              placeholder={hasDefault ? `${look.show(byDefault)} (default)` : undefined}
              readOnly={readOnly}
              inputMode={look.mode}
              list={type === 'TIMEZONE' ? zones : undefined}
              autoComplete="off"
              spellCheck={false}
              style={look.isCode ? { fontFamily: 'var(--mono)' } : undefined}
              onChange={(event) => onChange(change(event.target.value))}
            />
            {type === 'TIMEZONE' && (
              <datalist id={zones}>
                {ZONES.map((zone) => (
                  <option key={zone} value={zone}>
                    {zone}
                  </option>
                ))}
              </datalist>
            )}
          </>
        )
      }
    </Field>
  );
}

type Choice = { readonly label: string; readonly value: unknown };

function choicesOf(type: Parameter['type'], options: readonly string[]): readonly Choice[] | null {
  if (type === 'ENUM') return options.map((option) => ({ label: option, value: option }));
  if (type !== 'BOOLEAN') return null;
  return [
    { label: 'Yes', value: true },
    { label: 'No', value: false },
  ];
}

const wordOf = (choices: readonly Choice[], value: unknown) =>
  choices.find((choice) => choice.value === value)?.label ?? showPlain(value);
