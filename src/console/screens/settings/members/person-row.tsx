/** One member: who it is, what they may do and by what, when they were last here. */
import type { Role, SettingsMemberPartsFragment } from '../../../generated/graphql.ts';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Menu, MenuGap, MenuItem } from '../../../parts/menu.tsx';
import { Ago } from '../../../parts/time.tsx';
import { useViewer } from '../../../shell/use-viewer.ts';
import { roleLabel } from '../roles.ts';
import styles from '../settings.module.css';

export type Member = SettingsMemberPartsFragment;
export type MemberCommand = 'roles' | 'password' | 'remove';

export const nameOf = ({ user }: Member): string => user?.name ?? 'somebody who has left';

export function PersonRow({
  member,
  onAsk,
}: {
  member: Member;
  onAsk: (what: MemberCommand) => void;
}) {
  const me = useViewer()?.user.id;
  const { user, isService, orgRole, orgRoleGroups, projectRoles, groups } = member;
  const { mustResetPassword, lastSignInAt, deactivatedAt } = member;
  const name = nameOf(member);
  const isMe = user?.id === me;
  return (
    <tr>
      <td className={styles['name']}>
        <b>{name}</b>
        {isMe && (
          <span className={styles['tag']} data-tone="good">
            You
          </span>
        )}
        {isService && <span className={styles['tag']}>Service</span>}
        {deactivatedAt && (
          <span className={styles['tag']} data-tone="warn">
            Deactivated
          </span>
        )}
        <span className={styles['small']}>{user?.email}</span>
      </td>
      <td data-label="Organisation" {...none(orgRole === null)}>
        {orgRole === null ? 'None' : roleLabel(orgRole)}
        <Through groups={orgRoleGroups} />
      </td>
      <td className={styles['wide']} data-label="Projects" {...none(projectRoles.length === 0)}>
        <ProjectRoles roles={projectRoles} />
      </td>
      <td className={styles['wide']} data-label="Groups" {...none(groups.length === 0)}>
        {groups.map((group) => group.name).join(', ') || 'None'}
      </td>
      <td
        className={styles['time']}
        data-label="Last sign-in"
        data-over={!lastSignInAt || undefined}
      >
        {isService ? 'Only by tokens' : lastSignInAt ? <Ago at={lastSignInAt} /> : 'Never'}
        {mustResetPassword && !isService && (
          <span className={styles['small']}>has a one-time password</span>
        )}
      </td>
      <td className={styles['end']}>
        <Menu
          trigger={
            <Button kind="quiet" icon={<Icon name="more" />} aria-label={`Commands for ${name}`} />
          }
        >
          <MenuItem icon={<Icon name="edit" />} onSelect={() => onAsk('roles')}>
            Change roles …
          </MenuItem>
          {!isService && !isMe && (
            <MenuItem icon={<Icon name="retry" />} onSelect={() => onAsk('password')}>
              Reset the password …
            </MenuItem>
          )}
          <MenuGap />
          <MenuItem danger icon={<Icon name="bin" />} onSelect={() => onAsk('remove')}>
            Remove …
          </MenuItem>
        </Menu>
      </td>
    </tr>
  );
}

/** How a cell looks that has nothing to say. */
const none = (isNone: boolean) => ({
  'data-over': isNone || undefined,
  'data-none': isNone || undefined,
});

function Through({ groups }: { groups: readonly { readonly name: string }[] }) {
  if (groups.length === 0) return null;
  return (
    <span className={styles['small']}>through {groups.map(({ name }) => name).join(', ')}</span>
  );
}

type ProjectRole = {
  readonly role: Role;
  readonly project: { readonly name: string } | null;
};

// More are told by their number; all of them stand in the dialog.
const SHOWN = 3;

function ProjectRoles({ roles }: { roles: readonly ProjectRole[] }) {
  if (roles.length === 0) return 'None';
  const words = roles.map(({ role, project }) => `${project?.name ?? '?'}: ${roleLabel(role)}`);
  return (
    <>
      {words.slice(0, SHOWN).map((each) => (
        <div key={each}>{each}</div>
      ))}
      {words.length > SHOWN && (
        <span className={styles['small']}>and {words.length - SHOWN} more</span>
      )}
    </>
  );
}
