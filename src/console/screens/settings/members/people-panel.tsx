/** The members, by name: found by words, paged, each with what one may do about them. */
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { SettingsMembersQuery } from '../../../generated/graphql.ts';
import type { Answer } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Failure, Skeleton } from '../../../parts/notice.tsx';
import { Pager } from '../../../parts/pager.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { count } from '../../../parts/progress.tsx';
import { SearchField } from '../../../parts/search-field.tsx';
import { AddMember } from './add-member.tsx';
import { PersonRow, type Member, type MemberCommand } from './person-row.tsx';
import { RemoveMember } from './remove-member.tsx';
import { ResetPassword } from './reset-password.tsx';
import { RolesDialog } from './roles-dialog.tsx';
import styles from '../settings.module.css';

type Asked = { readonly what: MemberCommand; readonly member: Member };

export function PeoplePanel({
  answer,
  onChange,
}: {
  answer: Answer<SettingsMembersQuery>;
  onChange: () => void;
}) {
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [path] = useLocation();
  const [search] = useSearchParams();
  const q = search.get('q') ?? '';
  const { data, error, loading, reread } = answer;
  const members = data?.members.nodes;
  const close = () => setAsked(null);
  const dialog = asked && { member: asked.member, onClose: close, onChange };
  return (
    <Panel
      title="Members"
      flush
      note={data && count(data.members.totalCount)}
      actions={
        <Button kind="primary" icon={<Icon name="plus" />} onClick={() => setAdding(true)}>
          Add a member
        </Button>
      }
    >
      <Search path={path} q={q} />
      {loading && (
        <div className={styles['waiting']}>
          <Skeleton lines={12} height="1.6rem" />
        </div>
      )}
      {error && <Failure error={error} onRetry={reread} />}
      {members && members.length === 0 && (
        <Empty title={q ? 'Nobody is called so' : 'There is nobody on this page'}>
          <p>Names and addresses were looked at.</p>
        </Empty>
      )}
      {members && members.length > 0 && (
        <table className={styles['list']} aria-label="Members">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Organisation</th>
              <th scope="col">Projects</th>
              <th scope="col">Groups</th>
              <th scope="col">Last sign-in</th>
              <th scope="col">
                <span className="visually-hidden">Commands</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <PersonRow
                key={member.id}
                member={member}
                onAsk={(what) => setAsked({ what, member })}
              />
            ))}
          </tbody>
        </table>
      )}
      {data && (
        <>
          <Pager
            label="Pages of members"
            page={data.members.pageInfo}
            total={data.members.totalCount}
            words={['First', 'Previous', 'Next']}
          />
          <p className={styles['note']}>
            What somebody else changes meanwhile shows after{' '}
            <button type="button" className={styles['again']} onClick={onChange}>
              reading again
            </button>
            .
          </p>
        </>
      )}
      {adding && <AddMember onClose={() => setAdding(false)} onChange={onChange} />}
      {dialog && asked.what === 'roles' && <RolesDialog {...dialog} />}
      {dialog && asked.what === 'password' && <ResetPassword {...dialog} />}
      {dialog && asked.what === 'remove' && <RemoveMember {...dialog} />}
    </Panel>
  );
}

/** What is looked for stands in the address; another one leads to its first page. */
function Search({ path, q }: { path: string; q: string }) {
  const [, navigate] = useLocation();
  return (
    <search className={styles['bar']}>
      <SearchField
        label="Find members"
        placeholder="Name or address"
        text={q}
        // The first letter is a step that Back undoes, the others refine it.
        onText={(text) =>
          navigate(text ? `${path}?q=${encodeURIComponent(text)}` : path, {
            replace: q !== '' && text !== '',
          })
        }
      />
    </search>
  );
}
