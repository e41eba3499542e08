/** One step: its name and kind, what its kind asks for, and what every step may have. */
import { useId, type KeyboardEvent } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { isRecord, type Path } from './configuration.ts';
import { problemAt, useEditing } from './editing.tsx';
import { ChoiceField, ListField, NumberField, RefField, TextField, YesNoField } from './fields.tsx';
import type { FieldForm, KindForm } from './step-forms.ts';
import { OwnField, OwnFields } from './own-fields.tsx';
import styles from './form.module.css';

export type StepMove = 'up' | 'down' | 'copy' | 'remove';

export function StepForm({
  step,
  at,
  count,
  open,
  form,
  onToggle,
  onMove,
}: {
  step: unknown;
  at: number;
  count: number;
  open: boolean;
  /** Of its kind; undefined: the API does not describe it. */
  form: KindForm | undefined;
  onToggle: () => void;
  onMove: (what: StepMove) => void;
}) {
  const { problems, readOnly } = useEditing();
  const body = useId();
  const path: Path = ['steps', at];
  const problem = problemAt(problems, path);
  const wire = isRecord(step) ? step : {};
  const kind = String(wire['kind'] ?? '');
  const name = String(wire['name'] ?? '');
  const words = name || kind || `step ${at + 1}`;

  function press(event: KeyboardEvent) {
    if (!event.altKey || readOnly) return;
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    onMove(event.key === 'ArrowUp' ? 'up' : 'down');
  }

  return (
    <li className={styles['step']} data-parallel={wire['parallel'] === true || undefined}>
      <header>
        <button
          type="button"
          className={styles['title']}
          data-move="head"
          data-at={path.join('.')}
          aria-expanded={open}
          aria-controls={body}
          onClick={onToggle}
          onKeyDown={press}
        >
          <Icon name={open ? 'down' : 'right'} size={12} />
          <span className={styles['place']}>{at + 1}</span>
          <b title={words}>{words}</b>
          {name !== '' && kind !== '' && name !== kind && <code>{kind}</code>}
          {wire['parallel'] === true && <em>together</em>}
          {problem && (
            <span className={styles['problem']}>
              <Icon name="warn" size={14} />
              <span className="visually-hidden">has problems</span>
            </span>
          )}
        </button>
        {!readOnly && (
          <span className={styles['moves']}>
            <Move what="up" icon="up" words={`Move ${words} up`} off={at === 0} onMove={onMove} />
            <Move
              what="down"
              icon="down"
              words={`Move ${words} down`}
              off={at === count - 1}
              onMove={onMove}
            />
            <Move what="copy" icon="copy" words={`Copy ${words}`} onMove={onMove} />
            <Move what="remove" icon="bin" words={`Remove ${words}`} onMove={onMove} />
          </span>
        )}
      </header>
      <div id={body} hidden={!open} className={styles['body']}>
        {open && (isRecord(step) ? <Body path={path} step={step} form={form} /> : <NoStep />)}
      </div>
    </li>
  );
}

function Move({
  what,
  icon,
  words,
  off = false,
  onMove,
}: {
  what: StepMove;
  icon: 'up' | 'down' | 'copy' | 'bin';
  words: string;
  off?: boolean;
  onMove: (what: StepMove) => void;
}) {
  return (
    <Button
      kind="quiet"
      icon={<Icon name={icon} size={14} />}
      aria-label={words}
      title={what === 'up' || what === 'down' ? `${words} (Alt and an arrow key)` : words}
      data-move={what}
      disabled={off}
      onClick={() => onMove(what)}
    />
  );
}

const NoStep = () => <p className={styles['problem']}>This is no step; mend it in the YAML.</p>;

function Body({
  path,
  step,
  form,
}: {
  path: Path;
  step: Readonly<Record<string, unknown>>;
  form: KindForm | undefined;
}) {
  const { problems } = useEditing();
  const kindProblem = problemAt(problems, [...path, 'kind']);
  return (
    <>
      {kindProblem && <p className={styles['problem']}>{kindProblem}</p>}
      {form && <p className={styles['note']}>{form.description}</p>}
      {form ? (
        <div className={styles['pair']}>
          {form.fields.map((field) => (
            <KindField key={field.name} path={path} field={field} />
          ))}
        </div>
      ) : (
        <OwnFields path={path} step={step} />
      )}
      <fieldset className={styles['group']}>
        <legend>Order and failures</legend>
        <div className={styles['pair']}>
          <TextField
            at={[...path, 'name']}
            label="Name"
            placeholder="made from the kind"
            help="Templates name it by this: {{ steps.name.output.… }}"
          />
          <ChoiceField
            at={[...path, 'run_if']}
            label="Runs"
            byDefault="When all before it succeeded (default)"
            options={[
              { value: 'success', label: 'When all before it succeeded' },
              { value: 'failure', label: 'When one before it failed' },
              { value: 'always', label: 'Always' },
            ]}
          />
          <YesNoField
            at={[...path, 'parallel']}
            label="Together with its neighbours"
            byDefault={false}
            help="Neighbours that all say yes run at once; the next step waits for them."
          />
          <YesNoField
            at={[...path, 'transactional']}
            label="Published all or nothing"
            byDefault
            help="With the steps that it runs together with."
          />
          <TextField
            at={[...path, 'timeout']}
            label="Timeout of an attempt"
            placeholder="none"
            help="As in 15m."
          />
          <NumberField
            at={[...path, 'retries', 'max']}
            label="Retries"
            placeholder="0"
            help="Tries after the first."
          />
          {isRecord(step['retries']) && (
            <>
              <TextField
                at={[...path, 'retries', 'initial']}
                label="First pause"
                placeholder="10s"
              />
              <NumberField
                at={[...path, 'retries', 'factor']}
                label="Each pause grows by"
                placeholder="2"
              />
              <TextField
                at={[...path, 'retries', 'max_delay']}
                label="Longest pause"
                placeholder="10m"
              />
            </>
          )}
        </div>
      </fieldset>
    </>
  );
}

function KindField({ path, field }: { path: Path; field: FieldForm }) {
  const at = [...path, field.name];
  const given = {
    at,
    label: labelOf(field.name),
    help: field.help,
    placeholder: field.placeholder,
  };
  switch (field.type) {
    case 'number':
      return <NumberField {...given} />;
    case 'ref':
      return <RefField {...given} />;
    case 'list':
      return <ListField {...given} numbers />;
    case 'boolean':
      return <YesNoField {...given} byDefault={field.placeholder === 'true'} />;
    case 'choice':
      return (
        <ChoiceField
          {...given}
          byDefault={field.placeholder ? `${field.placeholder} (default)` : '–'}
          options={field.choices.map((value) => ({ value, label: value }))}
        />
      );
    case 'json':
      return <OwnField at={at} label={given.label} help={field.help} />;
    case 'text':
      return <TextField {...given} />;
  }
}

/** `max_rejected` as `Max rejected`. */
function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
