/** Pauses a scenario with a note and, if wanted, an end; resumes it. */
import { useState, type SubmitEvent } from 'react';
import { PauseScenarioDocument, ResumeScenarioDocument } from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Refusal } from '../parts/notice.tsx';
import { readerZone } from '../words/time.ts';

type Target = { readonly id: string; readonly name: string };

/** The dialog alone, for menus; mount it while it is open. */
export function PauseDialog({ scenario, onClose }: { scenario: Target; onClose: () => void }) {
  const { send, sending, refused } = useCommand(PauseScenarioDocument);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const until = String(given.get('until'));
    const answer = await send({
      id: scenario.id,
      note: String(given.get('note')).trim() || null,
      // A local date and time, as the browser's field gives it.
      until: until ? new Date(until).toISOString() : null,
    });
    if (answer) onClose();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Pause ${scenario.name}`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form="pause" kind="primary" busy={sending}>
            Pause
          </Button>
        </>
      }
    >
      <form id="pause" onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <p>
          Due times pass until it is resumed and are not replayed. Waiting runs are cancelled,
          others finish.
        </p>
        <Refusal refused={refused} />
        <Field label="Why" help="For whoever finds it paused.">
          {(given) => <textarea {...given} name="note" rows={3} maxLength={1000} />}
        </Field>
        <Field
          label="Until"
          help={`Resumes by itself then (${readerZone}). Empty: until somebody resumes it.`}
        >
          {(given) => <input {...given} name="until" type="datetime-local" />}
        </Field>
      </form>
    </Dialog>
  );
}

/** The button that fits the state. */
export function PauseOrResume({ scenario, paused }: { scenario: Target; paused: boolean }) {
  const [asking, setAsking] = useState(false);
  const { send, sending, refused, clear } = useCommand(ResumeScenarioDocument);
  return (
    <>
      {paused ? (
        <Button
          busy={sending}
          icon={<Icon name="play" />}
          onClick={() => void send({ id: scenario.id })}
        >
          Resume
        </Button>
      ) : (
        <Button icon={<Icon name="pause" />} onClick={() => setAsking(true)}>
          Pause
        </Button>
      )}
      {asking && <PauseDialog scenario={scenario} onClose={() => setAsking(false)} />}
      <Dialog open={refused !== null} onClose={clear} title={`${scenario.name} was not resumed`}>
        <Refusal refused={refused} />
      </Dialog>
    </>
  );
}
