/** Pauses the whole organisation, with a note for whoever finds it so; drains its queue on top; resumes it. */
import { useState, type SubmitEvent } from 'react';
import {
  PauseOrganisationDocument,
  ResumeOrganisationDocument,
  type OrganisationPausePartsFragment,
} from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Callout } from '../../../parts/callout.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Ago } from '../../../parts/time.tsx';
import styles from './organisation.module.css';

type Organisation = { readonly name: string; readonly pause: OrganisationPausePartsFragment };

export function PausePanel({
  organisation,
  mayChange,
  onChanged,
}: {
  organisation: Organisation;
  mayChange: boolean;
  onChanged: () => void;
}) {
  const resume = useCommand(ResumeOrganisationDocument);
  const [asking, setAsking] = useState(false);
  const { pausedAt, draining, note } = organisation.pause;
  return (
    <Panel
      title="Pause"
      actions={
        mayChange &&
        (pausedAt === null ? (
          <Button icon={<Icon name="pause" />} onClick={() => setAsking(true)}>
            Pause everything
          </Button>
        ) : (
          <Button
            icon={<Icon name="play" />}
            busy={resume.sending}
            onClick={() => void resume.send({}).then((answer) => answer && onChanged())}
          >
            Resume
          </Button>
        ))
      }
    >
      <div className={styles['stack']}>
        {pausedAt === null && (
          <p className={styles['note']}>Everything ticks: due times fire and queued runs go.</p>
        )}
        {pausedAt !== null && (
          <Callout
            tone="warn"
            title={
              <>
                Paused <Ago at={pausedAt} />
                {draining ? ' and draining' : ''}
              </>
            }
          >
            <p>
              Due times pass and are recorded as paused.{' '}
              {draining
                ? 'Queued runs stay queued; running ones finish.'
                : 'Runs that are queued still go.'}
            </p>
            {note !== null && <p>Why: {note}</p>}
          </Callout>
        )}
        {!mayChange && (
          <p className={styles['quiet']}>Pausing and resuming everything needs org.admin.</p>
        )}
        <Refusal refused={resume.refused} />
      </div>
      {asking && (
        <PauseDialog
          name={organisation.name}
          onClose={() => setAsking(false)}
          onPaused={() => {
            setAsking(false);
            onChanged();
          }}
        />
      )}
    </Panel>
  );
}

function PauseDialog({
  name,
  onClose,
  onPaused,
}: {
  name: string;
  onClose: () => void;
  onPaused: () => void;
}) {
  const { send, sending, refused } = useCommand(PauseOrganisationDocument);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const note = String(given.get('note')).trim() || null;
    if (await send({ note, drain: given.has('drain') })) onPaused();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Pause all of ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form="pause-all" kind="danger" busy={sending}>
            Pause everything
          </Button>
        </>
      }
    >
      <form id="pause-all" onSubmit={(event) => void submit(event)} className={styles['stack']}>
        <p>
          Nothing of any project ticks until it is resumed. Due times pass as paused and are not
          replayed; running runs finish.
        </p>
        <Refusal refused={refused} />
        <Field label="Why" help="Shown on Operations and with every due time that passes.">
          {(given) => <textarea {...given} name="note" rows={3} maxLength={1000} />}
        </Field>
        <label className={styles['check']}>
          <input type="checkbox" name="drain" />
          <span>
            Drain as well
            <small>Queued runs stay queued, too, so that workers become idle.</small>
          </span>
        </label>
      </form>
    </Dialog>
  );
}
