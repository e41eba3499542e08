/** Runs a scenario now. One press is one run, however often the request is sent. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { RunScenarioDocument } from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Button, type ButtonKind } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Refusal } from '../parts/notice.tsx';
import { paths, usePlace } from '../shell/place.ts';

type Target = { readonly id: string; readonly name: string };

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
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const { send, sending, refused, clear } = useCommand(RunScenarioDocument);
  const [idempotencyKey, setKey] = useState(() => crypto.randomUUID());

  async function press() {
    const answer = await send({ scenarioId: scenario.id, idempotencyKey });
    if (answer?.runScenario.__typename !== 'Run') return;
    setKey(crypto.randomUUID());
    navigate(paths.run(project.slug, answer.runScenario.databaseId));
  }

  return (
    <>
      <Button
        kind={kind}
        busy={sending}
        icon={<Icon name="play" />}
        aria-label={compact ? `Run ${scenario.name} now` : undefined}
        title={compact ? 'Run now' : undefined}
        onClick={() => void press()}
      >
        {compact ? undefined : 'Run now'}
      </Button>
      <Dialog open={refused !== null} onClose={clear} title={`${scenario.name} was not run`}>
        <Refusal refused={refused} />
      </Dialog>
    </>
  );
}
