/** Ends a token for good, after asking. */
import { SettingsRevokeTokenDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { Ago } from '../../../parts/time.tsx';
import type { Token } from './token-words.ts';

/** Mount it while it is open. */
export function RevokeToken({
  token: { id, name, isMine, user, lastUsedAt },
  onClose,
  onChange,
}: {
  token: Token;
  onClose: () => void;
  onChange: () => void;
}) {
  const { send, sending, refused } = useCommand(SettingsRevokeTokenDocument);

  async function revoke() {
    const answer = await send({ id });
    if (answer?.revokeToken.__typename !== 'Token') return;
    onChange();
    onClose();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Revoke ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="danger" busy={sending} onClick={() => void revoke()}>
            Revoke the token
          </Button>
        </>
      }
    >
      <p>
        Whatever asks with {isMine ? 'your' : `${user?.name ?? 'this'}’s`} token is refused from now
        on, for good.{' '}
        {lastUsedAt ? (
          <>
            It was last used <Ago at={lastUsedAt} />.
          </>
        ) : (
          'It was never used.'
        )}
      </p>
      <Refusal refused={refused} />
    </Dialog>
  );
}
