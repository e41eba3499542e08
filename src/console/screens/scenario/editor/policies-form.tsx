/** What the scenario does about overlaps, lateness and failures. What is empty has its default, which is shown. */
import { useId } from 'react';
import { NotifyForm } from './notify-form.tsx';
import type { Path } from './configuration.ts';
import { useEditing } from './editing.tsx';
import { ChoiceField, NumberField, TextField, type Option } from './fields.tsx';
import { Section } from './section.tsx';
import styles from './form.module.css';

type PolicyField = {
  readonly name: string;
  readonly label: string;
  readonly help: string;
} & (
  | { readonly type: 'choice'; readonly byDefault: string; readonly options: readonly Option[] }
  | { readonly type: 'text' | 'number'; readonly placeholder: string }
);

const OVERLAP: PolicyField = {
  name: 'overlap',
  label: 'While a run is active',
  help: 'What a due time does then.',
  type: 'choice',
  byDefault: 'It is skipped (default)',
  options: [
    { value: 'skip', label: 'It is skipped' },
    { value: 'buffer_one', label: 'One run waits, later due times are dropped' },
    { value: 'buffer_all', label: 'A run waits for each' },
    { value: 'cancel_other', label: 'The active run is cancelled' },
    { value: 'allow', label: 'Runs go side by side' },
  ],
};

const CATCHUP: PolicyField = {
  name: 'catchup',
  label: 'Due times that were missed',
  help: 'Those decided more than 60 s late, as after an outage.',
  type: 'choice',
  byDefault: 'The newest runs (default)',
  options: [
    { value: 'last', label: 'The newest runs' },
    { value: 'none', label: 'None runs' },
    { value: 'all', label: 'All run, one after the other' },
  ],
};

const GROUPS: readonly (readonly [string, readonly PolicyField[]])[] = [
  [
    'When things meet',
    [
      OVERLAP,
      {
        name: 'max_running',
        label: 'At most so many at once',
        help: 'When runs go side by side.',
        type: 'number',
        placeholder: 'no limit',
      },
      {
        name: 'priority',
        label: 'Priority',
        help: '−1000 to 1000; higher is taken first.',
        type: 'number',
        placeholder: '0',
      },
      {
        name: 'calendar',
        label: 'Calendar',
        help: 'Of the project; nothing fires on its days.',
        type: 'text',
        placeholder: 'none',
      },
    ],
  ],
  [
    'When it is late',
    [
      CATCHUP,
      {
        name: 'catchup_window',
        label: 'Caught up at most',
        help: 'Older due times do not run.',
        type: 'text',
        placeholder: '1d',
      },
      {
        name: 'max_catchup_runs',
        label: 'At most so many',
        help: 'Caught up, when all are.',
        type: 'number',
        placeholder: '100',
      },
      {
        name: 'jitter',
        label: 'Spread',
        help: 'Each run is delayed by up to this, always alike.',
        type: 'text',
        placeholder: '0s',
      },
      {
        name: 'start_deadline',
        label: 'Must begin within',
        help: 'A run that has not begun by then is cancelled.',
        type: 'text',
        placeholder: 'none',
      },
      {
        name: 'late_after',
        label: 'Late after',
        help: 'People are told when a run still goes then.',
        type: 'text',
        placeholder: 'none',
      },
    ],
  ],
  [
    'When it fails',
    [
      {
        name: 'timeout',
        label: 'Timeout',
        help: 'Of a run, from its first start.',
        type: 'text',
        placeholder: '6h',
      },
      {
        name: 'pause_after_failures',
        label: 'Pauses itself after',
        help: 'So many failed runs in a row; 0: never.',
        type: 'number',
        placeholder: '0',
      },
    ],
  ],
];

/** @param calendars of the project, by name. */
export function PoliciesForm({ calendars }: { calendars: readonly string[] }) {
  const { configuration } = useEditing();
  const named = useId();
  // In YAML policies may stand beside the other fields, too; there they stay then.
  const pathOf = (name: string): Path =>
    Object.hasOwn(configuration, name) ? [name] : ['policies', name];
  return (
    <Section title="Policies" note="Lengths of time as in 90s, 15m, 6h, 1d.">
      {GROUPS.map(([title, fields]) => (
        <fieldset key={title} className={styles['group']}>
          <legend>{title}</legend>
          <div className={styles['pair']}>
            {fields.map((field) => (
              <Policy
                key={field.name}
                field={field}
                at={pathOf(field.name)}
                list={field.name === 'calendar' ? named : undefined}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <datalist id={named}>
        {calendars.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
      <fieldset className={styles['group']}>
        <legend>Who is told of failures, recovery and lateness</legend>
        <NotifyForm at={pathOf('notify')} />
      </fieldset>
    </Section>
  );
}

function Policy({ field, at, list }: { field: PolicyField; at: Path; list: string | undefined }) {
  const { label, help } = field;
  if (field.type === 'choice') {
    const { byDefault, options } = field;
    return <ChoiceField {...{ at, label, help, byDefault, options }} />;
  }
  const given = { at, label, help, placeholder: field.placeholder };
  return field.type === 'number' ? (
    <NumberField {...given} />
  ) : (
    <TextField {...given} list={list} />
  );
}
