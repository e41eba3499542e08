/** The fields of the form. Each is bound to one place of the configuration and shows what is wrong there. */
import type { ReactNode } from 'react';
import { Field } from '../../../parts/field.tsx';
import type { Path } from './configuration.ts';
import { useSpot } from './editing.tsx';
import { parseList, parseNumber, parseText, showList, showPlain, useTyped } from './use-typed.ts';

type Common = {
  readonly at: Path;
  readonly label: string;
  readonly help?: ReactNode;
  /** What it is when left out. */
  readonly placeholder?: string;
};

/** @param required empty it stays, so that the server says what is missing; else empty is left out. */
export function TextField({
  required = false,
  ...given
}: Common & {
  readonly list?: string | undefined;
  readonly mono?: boolean;
  readonly required?: boolean;
}) {
  return <Line {...given} show={showPlain} parse={required ? (text) => text : parseText} />;
}

export function NumberField(given: Common) {
  return <Line {...given} show={showPlain} parse={parseNumber} inputMode="decimal" />;
}

/** A name, or the number of the same. */
export function RefField(given: Common) {
  return <Line {...given} show={showPlain} parse={parseNumber} />;
}

/** Entries with commas between them. */
export function ListField({ numbers = false, ...given }: Common & { readonly numbers?: boolean }) {
  return <Line {...given} show={showList} parse={(text) => parseList(text, numbers)} />;
}

function Line({
  at,
  label,
  help,
  placeholder,
  list,
  mono = false,
  inputMode,
  show,
  parse,
}: Common & {
  readonly list?: string | undefined;
  readonly mono?: boolean;
  readonly inputMode?: 'decimal';
  readonly show: (value: unknown) => string;
  readonly parse: (text: string) => unknown;
}) {
  const { value, set, problem, readOnly, ...rest } = useSpot(at);
  const [shown, change] = useTyped(value, show, parse);
  return (
    <Field label={label} help={help} problem={problem}>
      {(given) => (
        <input
          {...given}
          {...rest}
          value={shown}
          placeholder={placeholder}
          readOnly={readOnly}
          list={list}
          inputMode={inputMode}
          spellCheck={false}
          autoComplete="off"
          style={mono ? { fontFamily: 'var(--mono)' } : undefined}
          onChange={(event) => set(change(event.target.value))}
        />
      )}
    </Field>
  );
}

export function LongTextField({ at, label, help, placeholder }: Common) {
  const { value, set, problem, readOnly, ...rest } = useSpot(at);
  return (
    <Field label={label} help={help} problem={problem}>
      {(given) => (
        <textarea
          {...given}
          {...rest}
          rows={2}
          value={showPlain(value)}
          placeholder={placeholder}
          readOnly={readOnly}
          onChange={(event) => set(parseText(event.target.value))}
        />
      )}
    </Field>
  );
}

export type Option = { readonly value: string; readonly label: string };

/** One of a few words. Left out it is the default, which the first option says; a word that is not among them, such as a
 *  template, stays. */
export function ChoiceField({
  at,
  label,
  help,
  options,
  byDefault,
}: Common & { readonly options: readonly Option[]; readonly byDefault: string }) {
  const { value, set, problem, readOnly, ...rest } = useSpot(at);
  const shown = showPlain(value);
  const isKnown = shown === '' || options.some((option) => option.value === shown);
  return (
    <Field label={label} help={help} problem={problem}>
      {(given) => (
        <select
          {...given}
          {...rest}
          value={shown}
          disabled={readOnly}
          onChange={(event) => set(parseText(event.target.value))}
        >
          <option value="">{byDefault}</option>
          {!isKnown && <option value={shown}>{shown}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Yes or no, or as it is by default. */
export function YesNoField({
  byDefault,
  yes = 'Yes',
  no = 'No',
  at,
  label,
  help,
}: Common & { readonly byDefault: boolean; readonly yes?: string; readonly no?: string }) {
  const { value, set, problem, readOnly, ...rest } = useSpot(at);
  const isOther = value !== undefined && typeof value !== 'boolean';
  return (
    <Field label={label} help={help} problem={problem}>
      {(given) => (
        <select
          {...given}
          {...rest}
          value={showPlain(value)}
          disabled={readOnly}
          onChange={({ target }) => set(target.value === '' ? undefined : target.value === 'true')}
        >
          <option value="">{byDefault ? yes : no} (default)</option>
          {isOther && <option value={showPlain(value)}>{showPlain(value)}</option>}
          <option value="true">{yes}</option>
          <option value="false">{no}</option>
        </select>
      )}
    </Field>
  );
}
