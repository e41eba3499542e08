/** Runs due times that have passed: first shows what it would do, then does exactly that. */
import { useId, useState, type SubmitEvent } from 'react';
import { ButtonLink, Button } from '../parts/button.tsx';
import {
  BackfillScenarioDocument,
  type BackfillOverlap,
  type BackfillScenarioMutation,
} from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Refusal } from '../parts/notice.tsx';
import { count } from '../parts/progress.tsx';
import { paths, usePlace } from '../shell/place.ts';
import { readerZone } from '../words/time.ts';
import { BackfillPlan } from './backfill-plan.tsx';
import styles from './commands.module.css';

type Target = { readonly id: string; readonly databaseId: number; readonly name: string };
export type Plan = Extract<
  BackfillScenarioMutation['backfillScenario'],
  { __typename: 'Backfill' }
>;
type Asked = { readonly plan: Plan; readonly overlap: BackfillOverlap };

const runs = (n: number) => `${count(n)} ${n === 1 ? 'run' : 'runs'}`;

/** Mount it while it is open. @param zone of the scenario, for the due times. */
export function BackfillDialog({
  scenario,
  zone,
  onClose,
}: {
  scenario: Target;
  zone: string;
  onClose: () => void;
}) {
  const { project } = usePlace();
  const form = useId();
  const { send, sending, refused, clear } = useCommand(BackfillScenarioDocument);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [made, setMade] = useState<number | null>(null);

  async function look(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [from, to] = [String(given.get('from')), String(given.get('to'))];
    const overlap = given.get('overlap') as BackfillOverlap;
    const plan = planOf(
      await send({
        id: scenario.id,
        // Local dates and times, as the browser's fields give them.
        from: new Date(from).toISOString(),
        to: to ? new Date(to).toISOString() : null,
        overlap,
        dryRun: true,
      }),
    );
    setAsked(plan && { plan, overlap });
  }

  async function run({ plan: { from, to }, overlap }: Asked) {
    const done = planOf(await send({ id: scenario.id, from, to, overlap, dryRun: false }));
    if (done) setMade(done.runCount);
  }

  const forget = () => {
    clear();
    setAsked(null);
  };
  const toRuns = paths.scenario(project.slug, scenario.databaseId, 'runs');
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Backfill ${scenario.name}`}
      actions={
        made !== null ? (
          <>
            <Button onClick={onClose}>Close</Button>
            <ButtonLink href={toRuns} kind="primary">
              To its runs
            </ButtonLink>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Back</Button>
            {asked && asked.plan.runCount > 0 ? (
              <Button kind="primary" busy={sending} onClick={() => void run(asked)}>
                Make {runs(asked.plan.runCount)}
              </Button>
            ) : (
              <Button type="submit" form={form} kind="primary" busy={sending}>
                Show what it would do
              </Button>
            )}
          </>
        )
      }
    >
      {made !== null ? (
        <p role="status">{runs(made)} made.</p>
      ) : (
        <>
          <p>
            Makes a run for every due time of a past period under the trigger as it is now, whether
            it ran before or not.
          </p>
          <form
            id={form}
            className={styles['form']}
            onSubmit={(event) => void look(event)}
            onChange={forget}
          >
            <Field label="After" help={`Not included; your time (${readerZone}).`}>
              {(given) => <input {...given} name="from" type="datetime-local" required />}
            </Field>
            <Field label="Up to" help="Included. Empty: now.">
              {(given) => <input {...given} name="to" type="datetime-local" />}
            </Field>
            <Field label="Its runs go">
              {(given) => (
                <select {...given} name="overlap">
                  <option value="BUFFER_ALL">one after the other</option>
                  <option value="ALLOW">all at once</option>
                </select>
              )}
            </Field>
          </form>
          <Refusal refused={refused} />
          {asked && <BackfillPlan plan={asked.plan} zone={zone} />}
        </>
      )}
    </Dialog>
  );
}

function planOf(answer: BackfillScenarioMutation | null): Plan | null {
  const plan = answer?.backfillScenario;
  return plan?.__typename === 'Backfill' ? plan : null;
}
