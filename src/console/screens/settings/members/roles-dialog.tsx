/** Changes what one member may do: on the whole organisation and on single projects. */
import { useId, useState, type SubmitEvent } from 'react';
import { SettingsSetRoleDocument, type Role } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { RolesField, type Floor, type Roles } from '../roles-field.tsx';
import { nameOf, type Member } from './person-row.tsx';

/** Mount it while it is open. */
export function RolesDialog({
  member,
  onClose,
  onChange,
}: {
  member: Member;
  onClose: () => void;
  onChange: () => void;
}) {
  const form = useId();
  const [roles, setRoles] = useState(() => rolesOf(member));
  // What is in force: some of the changes may have been taken before one was refused.
  const [saved, setSaved] = useState(roles);
  const [sending, setSending] = useState(false);
  const { send, refused } = useCommand(SettingsSetRoleDocument);
  const changes = differences(saved, roles);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    setSending(true);
    let isDone = true;
    for (const { projectId, role } of changes) {
      const answer = await send({ userId: String(member.user?.databaseId), projectId, role });
      isDone = answer?.setMemberRole.__typename === 'Member';
      if (answer?.setMemberRole.__typename !== 'Member') break;
      setSaved(rolesOf(answer.setMemberRole));
    }
    setSending(false);
    onChange();
    if (isDone) onClose();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Roles of ${nameOf(member)}`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            type="submit"
            form={form}
            kind="primary"
            busy={sending}
            disabled={changes.length === 0}
          >
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <Refusal refused={refused} />
        <RolesField
          roles={roles}
          onRoles={setRoles}
          floorOf={(projectId) => floorOf(member, projectId)}
        />
      </form>
    </Dialog>
  );
}

function rolesOf({ orgRole, projectRoles }: Member): Roles {
  const projects = projectRoles.flatMap(({ role, project }) =>
    project ? [{ project, role }] : [],
  );
  return { org: orgRole ?? null, projects };
}

function floorOf(member: Member, projectId: string | null): Floor | null {
  const found =
    projectId === null
      ? { role: member.orgRole, groups: member.orgRoleGroups }
      : member.projectRoles.find(({ project }) => project?.id === projectId);
  if (!found?.role || found.groups.length === 0) return null;
  return { role: found.role, groups: found.groups.map(({ name }) => name) };
}

type Change = { readonly projectId: string | null; readonly role: Role | null };

function differences(before: Roles, after: Roles): Change[] {
  const roleOn = (roles: Roles, id: string) =>
    roles.projects.find(({ project }) => project.id === id)?.role ?? null;
  const ids = new Set([...before.projects, ...after.projects].map(({ project }) => project.id));
  const projects = [...ids]
    .filter((id) => roleOn(before, id) !== roleOn(after, id))
    .map((projectId) => ({ projectId, role: roleOn(after, projectId) }));
  const org = before.org === after.org ? [] : [{ projectId: null, role: after.org }];
  return [...org, ...projects];
}
