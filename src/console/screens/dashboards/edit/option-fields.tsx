/** The options that a card's kind knows, made from the columns that its SELECT answers. */
import { Field } from '../../../parts/field.tsx';
import { OPTIONS, type Card, type Options } from './draft.ts';
import styles from './editor.module.css';

type Column = { readonly name: string; readonly type: string };

export function OptionFields({
  card: { visualisation, options },
  columns,
  problem,
  onChange,
}: {
  card: Card;
  columns: readonly Column[];
  problem: string | null;
  onChange: (options: Options) => void;
}) {
  const knows = (name: keyof Options) => OPTIONS[visualisation].includes(name);
  /** Undefined takes it away. */
  const set = (change: { [Name in keyof Options]: Options[Name] | undefined }) => {
    const next = Object.entries({ ...options, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    onChange(Object.fromEntries(next));
  };
  const number = (text: string) => (text === '' ? undefined : Number(text));
  return (
    <>
      {knows('text') && (
        <Field label="Words" help="Plain; blank lines part paragraphs." problem={problem}>
          {(given) => (
            <textarea
              {...given}
              rows={6}
              maxLength={10_000}
              value={options.text ?? ''}
              onChange={({ target }) => set({ text: target.value })}
            />
          )}
        </Field>
      )}
      {knows('x') && visualisation !== 'KPI' && (
        <Field label={visualisation === 'PIE' ? 'Parts' : 'Along the axis'}>
          {(given) => (
            <select
              {...given}
              value={options.x ?? ''}
              onChange={({ target }) => set({ x: target.value || undefined })}
            >
              <option value="">The first column</option>
              {named(columns, options.x).map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {knows('y') && <Values columns={columns} chosen={options.y ?? []} onChange={set} />}
      <div className={styles['row']}>
        {knows('unit') && (
          <Field label="Unit">
            {(given) => (
              <input
                {...given}
                maxLength={20}
                placeholder="none"
                value={options.unit ?? ''}
                onChange={({ target }) => set({ unit: target.value || undefined })}
              />
            )}
          </Field>
        )}
        {knows('decimals') && (
          <Field label="Decimals">
            {(given) => (
              <input
                {...given}
                type="number"
                min={0}
                max={10}
                placeholder="as they are"
                value={options.decimals ?? ''}
                onChange={({ target }) => set({ decimals: number(target.value) })}
              />
            )}
          </Field>
        )}
        {knows('limit') && (
          <Field label="Rows at most">
            {(given) => (
              <input
                {...given}
                type="number"
                min={1}
                max={10_000}
                placeholder="all"
                value={options.limit ?? ''}
                onChange={({ target }) => set({ limit: number(target.value) })}
              />
            )}
          </Field>
        )}
        {knows('palette') && (
          <Field label="Colours">
            {(given) => (
              <select
                {...given}
                value={options.palette ?? 'categorical'}
                onChange={({ target }) =>
                  set({ palette: target.value === 'categorical' ? undefined : target.value })
                }
              >
                <option value="categorical">One a series</option>
                <option value="sequential">From dark to light</option>
              </select>
            )}
          </Field>
        )}
      </div>
      {knows('stacked') && (
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={options.stacked ?? false}
            onChange={({ target }) => set({ stacked: target.checked || undefined })}
          />
          Series on top of each other
        </label>
      )}
      {problem !== null && !knows('text') && <p className={styles['problem']}>{problem}</p>}
    </>
  );
}

/** Which columns are drawn; none chosen: all numbers. */
function Values({
  columns,
  chosen,
  onChange,
}: {
  columns: readonly Column[];
  chosen: readonly string[];
  onChange: (change: { y: readonly string[] | undefined }) => void;
}) {
  const numbers = columns.filter(({ type }) => type === 'NUMBER');
  const names = [...new Set([...numbers.map(({ name }) => name), ...chosen])];
  if (names.length === 0) return null;
  return (
    <fieldset className={styles['values']}>
      <legend>Values {chosen.length === 0 && <span>all numbers</span>}</legend>
      {names.map((name) => (
        <label key={name} className={styles['check']}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ target }) => {
              const next = target.checked
                ? [...chosen, name]
                : chosen.filter((each) => each !== name);
              onChange({ y: next.length === 0 ? undefined : next });
            }}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

const named = (columns: readonly Column[], chosen: string | undefined) => [
  ...new Set([...columns.map(({ name }) => name), ...(chosen === undefined ? [] : [chosen])]),
];
