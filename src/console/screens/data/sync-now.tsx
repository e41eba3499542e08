/** Syncs a dataset now. One press is one run, however often the request is sent. */
import { useRef } from 'react';
import { DataSyncDocument } from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Button, type ButtonKind } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Refusal } from '../../parts/notice.tsx';

export function SyncNow({
  dataset: { databaseId, name },
  busy,
  kind = 'plain',
  compact = false,
}: {
  dataset: { readonly databaseId: number; readonly name: string };
  /** It is being synced, or will be. */
  busy: boolean;
  kind?: ButtonKind;
  /** One of many: its name says which. */
  compact?: boolean;
}) {
  const { send, sending, refused, clear } = useCommand(DataSyncDocument);
  const key = useRef<string>(undefined);
  async function sync() {
    const idempotencyKey = (key.current ??= crypto.randomUUID());
    const answer = await send({ datasetId: String(databaseId), mode: null, idempotencyKey });
    if (answer) key.current = undefined;
  }
  return (
    <>
      <Button
        kind={kind}
        icon={<Icon name="retry" />}
        busy={sending}
        disabled={busy}
        aria-label={compact ? `Sync ${name} now` : undefined}
        onClick={() => void sync()}
      >
        Sync now
      </Button>
      <Dialog open={refused !== null} onClose={clear} title={`${name} is not synced`}>
        <Refusal refused={refused} />
      </Dialog>
    </>
  );
}
