/** Makes a group, or changes its name, its roles and who is in it. */
import { useId, useState, type SubmitEvent } from 'react';
import { SettingsSaveGroupDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { RolesField, type Roles } from '../roles-field.tsx';
import type { Group } from './groups-panel.tsx';
import { PersonPicker, type Person } from './person-picker.tsx';

const MAX_NAME = 100;

/** Mount it while it is open. @param group null: a new one. */
export function GroupDialog({
  group,
  onClose,
  onChange,
}: {
  group: Group | null;
  onClose: () => void;
  onChange: () => void;
}) {
  const form = useId();
  const [roles, setRoles] = useState(() => rolesOf(group));
  const [people, setPeople] = useState<readonly Person[]>(group?.users ?? []);
  const { send, sending, refused } = useCommand(SettingsSaveGroupDocument);
  const nameProblem = refused?.problems.find(({ path }) => path[0] === 'name')?.message;
  // The organisation's role is sent first where there is one.
  const first = roles.org === null ? 0 : 1;
  const problemOf = (index: number) =>
    refused?.problems.find(({ path }) => path[0] === 'roles' && path[1] === String(index + first))
      ?.message ?? null;

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const answer = await send({
      id: group && String(group.databaseId),
      name: String(new FormData(event.currentTarget).get('name')).trim(),
      roles: [
        ...(roles.org === null ? [] : [{ projectId: null, role: roles.org }]),
        ...roles.projects.map(({ project, role }) => ({ projectId: project.id, role })),
      ],
      userIds: people.map(({ databaseId }) => String(databaseId)),
    });
    if (answer?.saveGroup.__typename !== 'Group') return;
    onChange();
    onClose();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={group ? `Group ${group.name}` : 'New group'}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form={form} kind="primary" busy={sending}>
            {group ? 'Save' : 'Make the group'}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        {!nameProblem && <Refusal refused={refused} />}
        <Field label="Name" problem={nameProblem}>
          {(given) => (
            <input
              {...given}
              name="name"
              defaultValue={group?.name}
              maxLength={MAX_NAME}
              required
            />
          )}
        </Field>
        <RolesField roles={roles} onRoles={setRoles} problemOf={problemOf} />
        <PersonPicker label="People" several chosen={people} onChoose={setPeople} />
      </form>
    </Dialog>
  );
}

function rolesOf(group: Group | null): Roles {
  const given = group?.roles ?? [];
  return {
    org: given.find(({ project }) => project == null)?.role ?? null,
    projects: given.flatMap(({ role, project }) => (project ? [{ project, role }] : [])),
  };
}
