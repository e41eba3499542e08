/** Name, zone, allowed recipients and retention of an organisation. */
import { useState, type SubmitEvent } from 'react';
import {
  UpdateOrganisationDocument,
  type OrganisationSettingsPartsFragment,
} from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Callout } from '../../../parts/callout.tsx';
import { Field } from '../../../parts/field.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { count } from '../../../parts/progress.tsx';
import { problemAt, withoutFields } from '../refused-at.ts';
import { ZoneField } from '../zone-field.tsx';
import styles from '../parts.module.css';

type Organisation = OrganisationSettingsPartsFragment;

type Draft = {
  readonly name: string;
  readonly timezone: string;
  /** A line each. */
  readonly domains: string;
  readonly runDays: string;
  readonly eventDays: string;
};

const FIELDS = [
  ['name'],
  ['timezone'],
  ['allowedRecipientDomains'],
  ['runRetentionDays'],
  ['eventRetentionDays'],
] as const;

const draftOf = (saved: Organisation): Draft => ({
  name: saved.name,
  timezone: saved.timezone,
  domains: saved.allowedRecipientDomains.join('\n'),
  runDays: String(saved.runRetentionDays),
  eventDays: String(saved.eventRetentionDays),
});

const listOf = (text: string) => text.split(/[\s,;]+/).filter(Boolean);
const daysWords = (days: number) => (days === 1 ? 'one day' : `${count(days)} days`);

export function GeneralPanel({
  organisation,
  isAdmin,
}: {
  organisation: Organisation;
  isAdmin: boolean;
}) {
  const saved = draftOf(organisation);
  const [change, setChange] = useState<Partial<Draft>>({});
  const [isTold, setTold] = useState(false);
  const { send, sending, refused, clear } = useCommand(UpdateOrganisationDocument);
  const draft = { ...saved, ...change };
  const changed = (Object.keys(draft) as (keyof Draft)[]).filter(
    (key) => draft[key].trim() !== saved[key].trim(),
  );
  const has = (key: keyof Draft) => changed.includes(key);
  const isShorter =
    Number(draft.runDays) < organisation.runRetentionDays ||
    Number(draft.eventDays) < organisation.eventRetentionDays;

  function set(next: Partial<Draft>) {
    setTold(false);
    if (refused) clear();
    setChange((before) => ({ ...before, ...next }));
  }

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const answer = await send({
      ...(has('name') && { name: draft.name.trim() }),
      ...(has('timezone') && { timezone: draft.timezone.trim() }),
      ...(has('domains') && { allowedRecipientDomains: listOf(draft.domains) }),
      ...(has('runDays') && { runRetentionDays: Number(draft.runDays) }),
      ...(has('eventDays') && { eventRetentionDays: Number(draft.eventDays) }),
    });
    if (!answer) return;
    setChange({});
    setTold(true);
  }

  if (!isAdmin) return <Facts organisation={organisation} />;
  return (
    <Panel title="Organisation" note={organisation.slug}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        <Refusal refused={withoutFields(refused, FIELDS)} />
        <Field label="Name" problem={problemAt(refused, 'name')}>
          {(given) => (
            <input
              {...given}
              required
              maxLength={100}
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <ZoneField
          help="Of schedules whose trigger and project name none."
          problem={problemAt(refused, 'timezone')}
          value={draft.timezone}
          onChange={(timezone) => set({ timezone })}
        />
        {has('timezone') && (
          <Callout
            tone="warn"
            title="Every scenario that inherits the zone is due at other instants from then on."
          >
            <p>
              That is each whose trigger names none, in a project that names none. What is due up to
              the moment of saving is decided under {organisation.timezone}.
            </p>
          </Callout>
        )}
        <Field
          label="Domains that mail may go to"
          help="A line each, as in example.com. Empty: any address."
          problem={problemAt(refused, 'allowedRecipientDomains')}
        >
          {(given) => (
            <textarea
              {...given}
              rows={3}
              spellCheck={false}
              value={draft.domains}
              onChange={(event) => set({ domains: event.target.value })}
            />
          )}
        </Field>
        <div className={styles['pair']}>
          <DaysField
            label="Runs and ticks are kept, days"
            problem={problemAt(refused, 'runRetentionDays')}
            value={draft.runDays}
            onChange={(runDays) => set({ runDays })}
          />
          <DaysField
            label="Events and logs are kept, days"
            problem={problemAt(refused, 'eventRetentionDays')}
            value={draft.eventDays}
            onChange={(eventDays) => set({ eventDays })}
          />
        </div>
        {isShorter && (
          <Callout
            tone="warn"
            icon="bin"
            title="What is older than that is deleted soon after saving, and for good."
          />
        )}
        <div className={styles['foot']}>
          <span role="status" className={styles['said']}>
            {isTold ? 'Saved.' : changed.length > 0 ? 'Not saved yet.' : ''}
          </span>
          {changed.length > 0 && <Button onClick={() => setChange({})}>Take back</Button>}
          <Button type="submit" kind="primary" busy={sending} disabled={changed.length === 0}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function DaysField({
  label,
  problem,
  value,
  onChange,
}: {
  label: string;
  problem: string | null;
  value: string;
  onChange: (days: string) => void;
}) {
  return (
    <Field label={label} help="1 to 3,650, from the end of the run on." problem={problem}>
      {(given) => (
        <input
          {...given}
          type="number"
          required
          min={1}
          max={3650}
          step={1}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** For those who may only look. */
function Facts({ organisation }: { organisation: Organisation }) {
  const domains = organisation.allowedRecipientDomains;
  return (
    <Panel title="Organisation" note={organisation.slug}>
      <div className={styles['form']}>
        <dl className={styles['facts']}>
          <dt>Name</dt>
          <dd>{organisation.name}</dd>
          <dt>Time zone</dt>
          <dd>{organisation.timezone}</dd>
          <dt>Mail may go to</dt>
          <dd>{domains.length > 0 ? domains.join(', ') : 'any address'}</dd>
          <dt>Runs and ticks are kept</dt>
          <dd>{daysWords(organisation.runRetentionDays)}</dd>
          <dt>Events and logs are kept</dt>
          <dd>{daysWords(organisation.eventRetentionDays)}</dd>
        </dl>
        <p className={styles['why']}>Changing them needs org.admin.</p>
      </div>
    </Panel>
  );
}
