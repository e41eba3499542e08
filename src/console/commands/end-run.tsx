/** Cancels a run, after asking. */
import { useState } from 'react';
import { CancelRunDocument } from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Button, type ButtonKind } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Refusal } from '../parts/notice.tsx';

type Target = { readonly id: string; readonly databaseId: number; readonly name: string };

export function CancelRun({
  run,
  asked,
  kind = 'plain',
  compact = false,
}: {
  run: Target;
  /** It was asked to end already. */
  asked: boolean;
  kind?: ButtonKind;
  compact?: boolean;
}) {
  const [asking, setAsking] = useState(false);
  const { send, sending, refused, clear } = useCommand(CancelRunDocument);
  const close = () => {
    clear();
    setAsking(false);
  };
  return (
    <>
      <Button
        kind={kind}
        icon={<Icon name="stop" />}
        disabled={asked}
        aria-label={compact ? `Cancel run ${run.databaseId} of ${run.name}` : undefined}
        title={compact ? 'Cancel' : undefined}
        onClick={() => setAsking(true)}
      >
        {compact ? undefined : asked ? 'Ending …' : 'Cancel'}
      </Button>
      <Dialog
        open={asking}
        onClose={close}
        title={`Cancel run ${run.databaseId} of ${run.name}?`}
        actions={
          <>
            <Button onClick={close}>Back</Button>
            <Button
              kind="danger"
              busy={sending}
              onClick={() => void send({ id: run.id }).then((answer) => answer && close())}
            >
              Cancel the run
            </Button>
          </>
        }
      >
        <p>A running step is asked to stop and ends within seconds. What was published stays.</p>
        <Refusal refused={refused} />
      </Dialog>
    </>
  );
}
