/** Runs a finished run once more: from its failed step, or from the start. Goes to the new run. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { RetryRunDocument, type RetryMode } from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { Refusal } from '../parts/notice.tsx';
import { paths, usePlace } from '../shell/place.ts';

type Target = { readonly id: string; readonly databaseId: number; readonly name: string };

export function RetryRun({
  run,
  failed,
  compact = false,
}: {
  run: Target;
  failed: boolean;
  compact?: boolean;
}) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const { send, sending, refused, clear } = useCommand(RetryRunDocument);
  const [mode, setMode] = useState<RetryMode>('FROM_FAILED');

  async function retry(chosen: RetryMode) {
    setMode(chosen);
    const answer = await send({ id: run.id, mode: chosen });
    if (answer?.retryRun.__typename !== 'Run') return;
    navigate(paths.run(project.slug, answer.retryRun.databaseId));
  }

  return (
    <>
      <Menu
        trigger={
          <Button
            busy={sending}
            icon={<Icon name="retry" />}
            aria-label={compact ? `Retry run ${run.databaseId} of ${run.name}` : undefined}
            title={compact ? 'Retry' : undefined}
          >
            {compact ? undefined : 'Retry'}
          </Button>
        }
      >
        {failed && (
          <MenuItem icon={<Icon name="retry" />} onSelect={() => void retry('FROM_FAILED')}>
            From the step that failed
          </MenuItem>
        )}
        <MenuItem icon={<Icon name="play" />} onSelect={() => void retry('FROM_START')}>
          From the start
        </MenuItem>
      </Menu>
      <Dialog
        open={refused !== null}
        onClose={clear}
        title={`Run ${run.databaseId} was not retried ${mode === 'FROM_FAILED' ? 'from the failed step' : 'from the start'}`}
      >
        <Refusal refused={refused} />
      </Dialog>
    </>
  );
}
