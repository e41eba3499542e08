/** Takes somebody into the organisation: a person with a one-time password to hand over, or a service. */
import { useId, useState, type SubmitEvent } from 'react';
import { SettingsAddMemberDocument, type Role } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Choice } from '../../../parts/choice.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { RoleSelect } from '../role-select.tsx';
import { PasswordToHandOver } from './password-to-hand-over.tsx';
import { nameOf, type Member } from './person-row.tsx';
import styles from '../settings.module.css';

const KINDS = [
  { value: 'person', label: 'A person' },
  { value: 'service', label: 'A service' },
] as const;

type Added = { readonly member: Member; readonly oneTimePassword: string | null };

/** Mount it while it is open. */
export function AddMember({ onClose, onChange }: { onClose: () => void; onChange: () => void }) {
  const form = useId();
  const [kind, setKind] = useState<'person' | 'service'>('person');
  const [role, setRole] = useState<Role | null>(null);
  const [added, setAdded] = useState<Added | null>(null);
  const { send, sending, refused } = useCommand(SettingsAddMemberDocument);
  const problemOf = (field: string) =>
    refused?.problems.find(({ path }) => path[0] === field)?.message;
  const isPlaced = problemOf('email') !== undefined || problemOf('name') !== undefined;

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const answer = await send({
      email: String(given.get('email')).trim(),
      name: String(given.get('name')).trim(),
      role,
      isService: kind === 'service',
    });
    if (answer?.addMember.__typename !== 'MemberPassword') return;
    setAdded(answer.addMember);
    onChange();
  }

  if (added) {
    const name = nameOf(added.member);
    return (
      <Dialog
        open
        hold={added.oneTimePassword !== null}
        onClose={onClose}
        title={`${name} is a member now`}
        actions={
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        {added.oneTimePassword !== null ? (
          <PasswordToHandOver name={name} password={added.oneTimePassword} />
        ) : added.member.isService ? (
          <p>A service does not sign in; it has only tokens.</p>
        ) : (
          <p>The account was there already and keeps its password; no new one was made.</p>
        )}
      </Dialog>
    );
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a member"
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form={form} kind="primary" busy={sending}>
            Add
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <Choice label="What it is" options={KINDS} value={kind} onChange={setKind} />
        <p className={styles['quiet']}>
          {kind === 'person'
            ? 'They get a one-time password from you and choose their own at the first sign-in.'
            : 'A service cannot sign in; it asks the API with tokens.'}
        </p>
        {!isPlaced && <Refusal refused={refused} />}
        <Field
          label="Address"
          problem={problemOf('email')}
          help={kind === 'person' ? 'They sign in with it.' : 'Of whoever answers for it.'}
        >
          {(given) => (
            <input {...given} name="email" type="text" inputMode="email" maxLength={320} required />
          )}
        </Field>
        <Field label="Name" problem={problemOf('name')}>
          {(given) => <input {...given} name="name" maxLength={200} required />}
        </Field>
        <Field
          label="Role on the whole organisation"
          help="Roles on single projects can be given afterwards, or by a group."
        >
          {(given) => <RoleSelect {...given} value={role} none="None yet" onRole={setRole} />}
        </Field>
      </form>
    </Dialog>
  );
}
