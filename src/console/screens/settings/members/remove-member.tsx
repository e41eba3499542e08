/** Takes somebody out of the organisation. What they own is named by the server, and goes to whoever is chosen. */
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { SettingsRemoveMemberDocument } from '../../../generated/graphql.ts';
import { useCommand, type Refused } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { paths } from '../../../shell/place.ts';
import { useViewer } from '../../../shell/use-viewer.ts';
import { PersonPicker, type Person } from './person-picker.tsx';
import { nameOf, type Member } from './person-row.tsx';
import styles from '../settings.module.css';

type Owned = {
  readonly scenarios: readonly { readonly id: number; slug: string; project: string }[];
  readonly projects: readonly { readonly id: number; slug: string }[];
};

/** Mount it while it is open. */
export function RemoveMember({
  member,
  onClose,
  onChange,
}: {
  member: Member;
  onClose: () => void;
  onChange: () => void;
}) {
  const { send, sending, refused } = useCommand(SettingsRemoveMemberDocument);
  const [owned, setOwned] = useState<Owned | null>(null);
  const [heir, setHeir] = useState<Person | null>(null);
  const isMe = useViewer()?.user.id === member.user?.id;
  const name = nameOf(member);
  const told = ownedBy(refused);
  if (told && told !== owned) setOwned(told);

  async function remove() {
    const answer = await send({
      userId: String(member.user?.databaseId),
      handTo: heir && String(heir.databaseId),
    });
    if (answer?.removeMember.__typename !== 'RemovedMember') return;
    onChange();
    onClose();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Remove ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="danger"
            busy={sending}
            disabled={owned !== null && heir === null}
            onClick={() => void remove()}
          >
            {owned ? 'Hand over and remove' : 'Remove'}
          </Button>
        </>
      }
    >
      <p>
        {isMe ? 'You lose' : 'They lose'} every role and token here at once, and what is open ends
        within a minute. The history keeps the name.
      </p>
      {!told && <Refusal refused={refused} />}
      {owned && (
        <>
          <OwnedList owned={owned} name={name} onLeave={onClose} />
          <Heir member={member} heir={heir} onHeir={setHeir} />
        </>
      )}
    </Dialog>
  );
}

/** Asked for once it is known that there is something to inherit, so it takes the focus. */
function Heir({
  member,
  heir,
  onHeir,
}: {
  member: Member;
  heir: Person | null;
  onHeir: (heir: Person | null) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector('input')?.focus(), []);
  return (
    <div ref={box}>
      <PersonPicker
        label="Who owns it from now on"
        chosen={heir ? [heir] : []}
        onChoose={([person]) => onHeir(person ?? null)}
        fits={({ id, isOff }) => id !== member.user?.id && !isOff}
      />
    </div>
  );
}

/** null: it was not refused, or for another reason. */
function ownedBy(refused: Refused | null): Owned | null {
  const facts = refused?.facts as Partial<Owned> | undefined;
  return facts?.scenarios && facts.projects ? (facts as Owned) : null;
}

function OwnedList({
  owned: { scenarios, projects },
  name,
  onLeave,
}: {
  owned: Owned;
  name: string;
  onLeave: () => void;
}) {
  return (
    <div className={styles['warning']} role="alert">
      <p>{name} owns what needs another owner first:</p>
      <ul className={styles['names']}>
        {projects.map(({ id, slug }) => (
          <li key={id}>
            Project <Link href={paths.operations(slug)}>{slug}</Link>
          </li>
        ))}
        {scenarios.map(({ id, slug, project }) => (
          <li key={id}>
            <Link href={paths.scenario(project, id)} onClick={onLeave}>
              {project}/{slug}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
