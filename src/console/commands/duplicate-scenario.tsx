/** Makes a copy of a scenario, switched off, and goes to its configuration. */
import { useId, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import { DuplicateScenarioDocument } from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Refusal } from '../parts/notice.tsx';
import { paths, usePlace } from '../shell/place.ts';

type Target = { readonly id: string; readonly name: string };

const MAX_NAME = 200;

/** Mount it while it is open. */
export function DuplicateDialog({ scenario, onClose }: { scenario: Target; onClose: () => void }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const form = useId();
  const { send, sending, refused } = useCommand(DuplicateScenarioDocument);
  const nameProblem = refused?.problems.find(({ path }) => path[0] === 'name')?.message;

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    const answer = await send({ id: scenario.id, name });
    if (answer?.duplicateScenario.__typename !== 'Scenario') return;
    onClose();
    navigate(paths.scenario(project.slug, answer.duplicateScenario.databaseId, 'configuration'));
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Duplicate ${scenario.name}`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form={form} kind="primary" busy={sending}>
            Duplicate
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <p>
          The copy has the same trigger, steps and policies, belongs to you and is switched off
          until you turn it on.
        </p>
        {!nameProblem && <Refusal refused={refused} />}
        <Field label="Name of the copy" problem={nameProblem}>
          {(given) => (
            <input
              {...given}
              name="name"
              defaultValue={`Copy of ${scenario.name}`.slice(0, MAX_NAME)}
              maxLength={MAX_NAME}
              required
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
