/** Who belongs to the organisation, people and services, and what each may do: by roles of their own and by groups. */
import { SettingsGroupsDocument, SettingsMembersDocument } from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Empty, Skeleton } from '../../../parts/notice.tsx';
import { usePageVariables } from '../../../parts/pager.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { useIsAdmin } from '../../../shell/use-viewer.ts';
import { useSearchParams } from 'wouter';
import { GroupsPanel } from './groups-panel.tsx';
import { PeoplePanel } from './people-panel.tsx';
import styles from '../settings.module.css';

const PAGE = 25;

export default function Members() {
  const isAdmin = useIsAdmin();
  if (isAdmin === null) return <Skeleton lines={10} />;
  return isAdmin ? <Kept /> : <NotYours />;
}

function Kept() {
  const page = usePageVariables(PAGE);
  const [search] = useSearchParams();
  const q = search.get('q');
  const people = useLiveQuery(SettingsMembersDocument, { ...page, q });
  const groups = useLiveQuery(SettingsGroupsDocument, {});
  // Whoever is in a group has its roles, so one change shows in both lists.
  const onChange = () => {
    people.reread();
    groups.reread();
  };
  return (
    <div className={styles['parts']} data-beside>
      <PeoplePanel answer={people} onChange={onChange} />
      {/* Below a list of unknown length nothing is drawn that it would move. */}
      {!people.loading && <GroupsPanel answer={groups} onChange={onChange} />}
    </div>
  );
}

function NotYours() {
  return (
    <Panel title="Members">
      <Empty title="Administrators of the organisation keep its members.">
        <p>Ask one of them for another role, or for somebody to be added.</p>
      </Empty>
    </Panel>
  );
}
