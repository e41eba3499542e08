/** The groups: what each gives, and to whom. */
import { useState } from 'react';
import type { SettingsGroupsQuery } from '../../../generated/graphql.ts';
import type { Answer } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Failure, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { count } from '../../../parts/progress.tsx';
import { roleLabel } from '../roles.ts';
import { DeleteGroup } from './delete-group.tsx';
import { GroupDialog } from './group-dialog.tsx';
import styles from '../settings.module.css';

export type Group = SettingsGroupsQuery['groups'][number];

// More are told by their number.
const SHOWN = 4;

export function GroupsPanel({
  answer: { data, error, loading, reread },
  onChange,
}: {
  answer: Answer<SettingsGroupsQuery>;
  onChange: () => void;
}) {
  const [edited, setEdited] = useState<Group | 'new' | null>(null);
  const [deleted, setDeleted] = useState<Group | null>(null);
  const groups = data?.groups;
  return (
    <Panel
      title="Groups"
      flush
      note={groups && count(groups.length)}
      actions={
        <Button icon={<Icon name="plus" />} onClick={() => setEdited('new')}>
          New group
        </Button>
      }
    >
      {loading && (
        <div className={styles['waiting']}>
          <Skeleton lines={4} height="1.6rem" />
        </div>
      )}
      {error && <Failure error={error} onRetry={reread} />}
      {groups?.length === 0 && (
        <Empty title="No groups yet">
          <p>A group gives the same roles to everybody in it, as in “Finance sees Sales”.</p>
        </Empty>
      )}
      {groups && groups.length > 0 && (
        <table className={styles['list']} aria-label="Groups">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Gives</th>
              <th scope="col">People</th>
              <th scope="col">
                <span className="visually-hidden">Commands</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <Row
                key={group.id}
                group={group}
                onEdit={() => setEdited(group)}
                onDelete={() => setDeleted(group)}
              />
            ))}
          </tbody>
        </table>
      )}
      {edited && (
        <GroupDialog
          group={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
          onChange={onChange}
        />
      )}
      {deleted && (
        <DeleteGroup group={deleted} onClose={() => setDeleted(null)} onChange={onChange} />
      )}
    </Panel>
  );
}

function Row({
  group: { name, roles, users },
  onEdit,
  onDelete,
}: {
  group: Group;
  onEdit: () => void;
  onDelete: () => void;
}) {
  const gives = roles.map(
    ({ role, project }) => `${project?.name ?? 'The organisation'}: ${roleLabel(role)}`,
  );
  const people = users.map((user) => user.name);
  return (
    <tr>
      <td className={styles['name']}>
        <b>{name}</b>
      </td>
      <td className={styles['wide']} data-label="Gives" data-over={!gives.length || undefined}>
        {gives.slice(0, SHOWN).map((each) => (
          <div key={each}>{each}</div>
        ))}
        {gives.length === 0 && 'Nothing yet'}
        {gives.length > SHOWN && (
          <span className={styles['small']}>and {gives.length - SHOWN} more</span>
        )}
      </td>
      <td className={styles['wide']} data-label="People" data-over={!people.length || undefined}>
        {people.slice(0, SHOWN).join(', ') || 'Nobody'}
        {people.length > SHOWN && ` and ${people.length - SHOWN} more`}
      </td>
      <td className={styles['end']}>
        <Button
          kind="quiet"
          icon={<Icon name="edit" size={14} />}
          aria-label={`Edit ${name}`}
          title={`Edit ${name}`}
          onClick={onEdit}
        />
        <Button
          kind="quiet"
          icon={<Icon name="bin" size={14} />}
          aria-label={`Delete ${name}`}
          title={`Delete ${name}`}
          onClick={onDelete}
        />
      </td>
    </tr>
  );
}
