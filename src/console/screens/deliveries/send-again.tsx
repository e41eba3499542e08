/** Sends a report again that was not delivered for certain, after asking: one that may have arrived may arrive twice. */
import { useState } from 'react';
import { ResendDeliveryDocument } from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Refusal } from '../../parts/notice.tsx';
import type { Delivery } from './words.ts';
import styles from './deliveries.module.css';

export function SendAgain({
  delivery: { id, recipient, state, reply },
  compact = false,
}: {
  delivery: Pick<Delivery, 'id' | 'recipient' | 'state' | 'reply'>;
  /** In a line of many. */
  compact?: boolean;
}) {
  const [asking, setAsking] = useState(false);
  const { send, sending, refused, clear } = useCommand(ResendDeliveryDocument);
  const mayArriveTwice = state === 'UNKNOWN';
  const close = () => {
    clear();
    setAsking(false);
  };
  return (
    <>
      <Button
        kind={compact ? 'quiet' : 'primary'}
        icon={<Icon name="retry" />}
        aria-label={compact ? `Send again to ${recipient}` : undefined}
        title={compact ? 'Send again' : undefined}
        onClick={() => setAsking(true)}
      >
        {compact ? undefined : 'Send again'}
      </Button>
      <Dialog
        open={asking}
        onClose={close}
        title={mayArriveTwice ? 'It may arrive twice. Send it again?' : 'Send it again?'}
        actions={
          <>
            <Button onClick={close}>Back</Button>
            <Button
              kind={mayArriveTwice ? 'danger' : 'primary'}
              busy={sending}
              onClick={() =>
                void send({ id, confirm: mayArriveTwice }).then((answer) => answer && close())
              }
            >
              {mayArriveTwice ? 'Send it all the same' : 'Send again'}
            </Button>
          </>
        }
      >
        <p>
          The same message goes to <strong className={styles['name']}>{recipient}</strong> once
          more, with the same files and under the same Message-ID, within seconds. It is tried up to
          four times.
        </p>
        {mayArriveTwice && (
          <p>
            Nobody knows whether the first one arrived: the connection or the worker was lost on the
            way. Ask {recipient} first if a second copy would do harm.
          </p>
        )}
        {reply !== null && (
          <p className={styles['said']}>
            Last time: <code>{reply}</code>
          </p>
        )}
        <Refusal refused={refused} />
      </Dialog>
    </>
  );
}
