/** What fires the scenario, and when that would be: the next due times are shown while one types. */
import { useId } from 'react';
import { Choice } from '../../../parts/choice.tsx';
import type { Calendar } from '../calendar.ts';
import { DueTimes } from '../due-times.tsx';
import { triggerInput, zoneOf } from '../trigger-input.ts';
import { useDebounced } from '../../../live/use-debounced.ts';
import { isRecord, valueAt } from './configuration.ts';
import { useEditing, useSpot } from './editing.tsx';
import { ChoiceField, TextField } from './fields.tsx';
import { Section } from './section.tsx';
import { UpstreamField, type Sibling } from './upstream-field.tsx';
import styles from './form.module.css';

export type TriggerPlace = {
  /** The zone of schedules that name none. */
  readonly zone: string;
  /** From when an interval without an anchor counts, ISO 8601; null: from when it is made. */
  readonly createdAt: string | null;
  readonly calendars: readonly Calendar[];
  /** The other scenarios of the project. */
  readonly siblings: readonly Sibling[];
};

const KINDS = [
  { value: 'cron', label: 'By the clock' },
  { value: 'interval', label: 'At intervals' },
  { value: 'upstream', label: 'After others' },
  { value: 'none', label: 'Only by hand' },
] as const;
type Kind = (typeof KINDS)[number]['value'];

const STARTS: Readonly<Record<Kind, unknown>> = {
  cron: { cron: '0 2 * * *' },
  interval: { interval: '1h' },
  upstream: { upstream: [] },
  none: null,
};

// While one types, the preview follows at this distance.
const PAUSE_MS = 300;

export function TriggerForm({ place }: { place: TriggerPlace }) {
  const { readOnly } = useEditing();
  const { value, set, problem } = useSpot(['trigger']);
  const kind = kindOf(value);
  const zones = useId();
  return (
    <Section title="What fires it">
      {!readOnly && (
        <Choice
          label="What fires it"
          options={KINDS}
          value={kind ?? 'none'}
          onChange={(next) => set(STARTS[next])}
        />
      )}
      {kind === null && (
        <p className={styles['problem']}>
          {problem ?? 'This is no trigger that fields can show; mend it in the YAML.'}
        </p>
      )}
      {kind === 'cron' && (
        <div className={styles['pair']}>
          <TextField
            at={['trigger', 'cron']}
            label="Cron"
            mono
            required
            help="Minute, hour, day of the month, month, day of the week; or @daily and the like."
          />
          <TextField
            at={['trigger', 'timezone']}
            label="Time zone"
            list={zones}
            placeholder={`${place.zone} (the project’s)`}
            help="On whose clocks."
          />
          <datalist id={zones}>
            {ZONES.map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </datalist>
        </div>
      )}
      {kind === 'interval' && (
        <div className={styles['pair']}>
          <TextField
            at={['trigger', 'interval']}
            label="Interval"
            mono
            required
            help="As in 90s, 15m, 6h, 1d; at least one second."
          />
          <TextField
            at={['trigger', 'anchor']}
            label="Anchor"
            mono
            placeholder={place.createdAt ?? 'when it is made'}
            help="An instant; due times lie whole intervals away from it."
          />
        </div>
      )}
      {kind === 'upstream' && (
        <>
          <UpstreamField siblings={place.siblings} />
          <ChoiceField
            at={['trigger', 'require']}
            label="How many of them"
            byDefault="All, since it fired last (default)"
            options={[
              { value: 'all', label: 'All, since it fired last' },
              { value: 'any', label: 'Any: each success fires' },
            ]}
          />
        </>
      )}
      {(kind === 'cron' || kind === 'interval') && <Preview place={place} />}
    </Section>
  );
}

const ZONES = Intl.supportedValuesOf('timeZone');

/** null: none of them. */
function kindOf(trigger: unknown): Kind | null {
  if (trigger === null || trigger === undefined) return 'none';
  if (!isRecord(trigger)) return null;
  return KINDS.find(({ value }) => Object.hasOwn(trigger, value))?.value ?? null;
}

function Preview({ place: { zone, createdAt, calendars } }: { place: TriggerPlace }) {
  const { configuration } = useEditing();
  const { value: trigger } = useSpot(['trigger']);
  const settled = useDebounced(trigger, PAUSE_MS);
  const input = triggerInput(settled, createdAt);
  const named = valueAt(configuration, ['policies', 'calendar']) ?? configuration['calendar'];
  const calendar = calendars.find(({ name }) => name === named) ?? null;
  return (
    <div className={styles['preview']} data-part="preview">
      <h3>The next due times</h3>
      {input ? (
        <DueTimes trigger={input} zone={zoneOf(settled) ?? zone} calendar={calendar} />
      ) : (
        <p className={styles['note']}>They show once the trigger can be read.</p>
      )}
    </div>
  );
}
