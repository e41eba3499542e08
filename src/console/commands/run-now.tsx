/** Runs a scenario now. One press is one run, however often the request is sent. */
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { RunScenarioDocument } from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Button, type ButtonKind } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Refusal } from '../parts/notice.tsx';
import { paths, usePlace } from '../shell/place.ts';

type Target = { readonly id: string; readonly name: string };

/** Runs what is given and goes to the new run. For lists: one for all their buttons. */
export function useRunNow() {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const { send, sending, refused, clear } = useCommand(RunScenarioDocument);
  const [target, setTarget] = useState<Target | null>(null);
  const keys = useRef(new Map<string, string>());

  async function run(scenario: Target) {
    setTarget(scenario);
    const key = keys.current.get(scenario.id) ?? crypto.randomUUID();
    keys.current.set(scenario.id, key);
    const answer = await send({ scenarioId: scenario.id, idempotencyKey: key });
    if (answer?.runScenario.__typename !== 'Run') return;
    keys.current.delete(scenario.id);
    navigate(paths.run(project.slug, answer.runScenario.databaseId));
  }

  return {
    run: (scenario: Target) => void run(scenario),
    sending,
    /** Tells a refusal. */
    dialog: (
      <Dialog open={refused !== null} onClose={clear} title={`${target?.name} was not run`}>
        <Refusal refused={refused} />
      </Dialog>
    ),
  };
}

/** Goes to the new run. A refusal is told in a dialog. */
export function RunNow({
  scenario,
  kind = 'plain',
  compact = false,
}: {
  scenario: Target;
  kind?: ButtonKind;
  compact?: boolean;
}) {
  const { run, sending, dialog } = useRunNow();
  return (
    <>
      <Button
        kind={kind}
        busy={sending}
        icon={<Icon name="play" />}
        aria-label={compact ? `Run ${scenario.name} now` : undefined}
        title={compact ? 'Run now' : undefined}
        onClick={() => run(scenario)}
      >
        {compact ? undefined : 'Run now'}
      </Button>
      {dialog}
    </>
  );
}
