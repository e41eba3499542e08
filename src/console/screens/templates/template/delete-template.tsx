/** Deletes a template, once it is on nowhere. */
import { DeleteTemplateDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { count } from '../../../parts/progress.tsx';
import type { Template } from '../template.tsx';

/** Mount it while it is open. */
export function DeleteTemplate({
  template: { id, displayName, counts },
  onClose,
  onDeleted,
}: {
  template: Template;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { send, sending, refused } = useCommand(DeleteTemplateDocument);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${displayName}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="danger"
            busy={sending}
            onClick={() =>
              void send({ id }).then((answer) => {
                if (!answer) return;
                onClose();
                onDeleted();
              })
            }
          >
            Delete
          </Button>
        </>
      }
    >
      <Refusal refused={refused} />
      <p>
        It goes from the list and the matrix. Scenarios that it made stay with their history, as
        scenarios like any other.
      </p>
      {counts.on > 0 && refused === null && (
        <p>
          It is on in {count(counts.on)} {counts.on === 1 ? 'project' : 'projects'}; it has to be
          switched off there first.
        </p>
      )}
    </Dialog>
  );
}
