/** Gives a member a one-time password in place of their own. */
import { useState } from 'react';
import { SettingsResetPasswordDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { PasswordToHandOver } from './password-to-hand-over.tsx';
import { nameOf, type Member } from './person-row.tsx';

/** Mount it while it is open. */
export function ResetPassword({
  member,
  onClose,
  onChange,
}: {
  member: Member;
  onClose: () => void;
  onChange: () => void;
}) {
  const [password, setPassword] = useState<string | null>(null);
  const { send, sending, refused } = useCommand(SettingsResetPasswordDocument);
  const name = nameOf(member);

  async function reset() {
    const answer = await send({ userId: String(member.user?.databaseId) });
    if (answer?.resetPassword.__typename !== 'MemberPassword') return;
    setPassword(answer.resetPassword.oneTimePassword ?? null);
    onChange();
  }

  if (password !== null) {
    return (
      <Dialog
        open
        hold
        onClose={onClose}
        title={`The password of ${name} was reset`}
        actions={
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <PasswordToHandOver name={name} password={password} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Reset the password of ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="danger" busy={sending} onClick={() => void reset()}>
            Reset the password
          </Button>
        </>
      }
    >
      <p>
        The password that they have is good no more, and where they are signed in they are signed
        out. You get a one-time password to hand over. Tokens stay.
      </p>
      <Refusal refused={refused} />
    </Dialog>
  );
}
