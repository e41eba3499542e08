/** Deletes a group, after saying what goes with it. */
import { SettingsDeleteGroupDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import type { Group } from './groups-panel.tsx';

/** Mount it while it is open. */
export function DeleteGroup({
  group: { id, name, users },
  onClose,
  onChange,
}: {
  group: Group;
  onClose: () => void;
  onChange: () => void;
}) {
  const { send, sending, refused } = useCommand(SettingsDeleteGroupDocument);
  const whom = users.length === 1 ? 'The one person' : `The ${users.length} people`;

  async function remove() {
    const answer = await send({ id });
    if (answer?.deleteGroup.__typename !== 'DeletedGroup') return;
    onChange();
    onClose();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete the group ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="danger" busy={sending} onClick={() => void remove()}>
            Delete the group
          </Button>
        </>
      }
    >
      <p>
        {users.length === 0
          ? 'Nobody is in it, so nobody loses anything.'
          : `${whom} in it lose what it gives; their own roles stay.`}
      </p>
      <Refusal refused={refused} />
    </Dialog>
  );
}
