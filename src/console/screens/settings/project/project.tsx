/** The project's settings: its name, zone, owner and limit, its calendars, and its end. */
import { SettingsProjectDocument } from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Empty, Failure, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { usePlace } from '../../../shell/place.ts';
import { CalendarsPanel } from './calendars-panel.tsx';
import { DeletePanel } from './delete-panel.tsx';
import { GeneralPanel } from './general-panel.tsx';
import styles from '../parts.module.css';

export default function ProjectSettings() {
  const { project: here } = usePlace();
  const { data, error, reread } = useLiveQuery(SettingsProjectDocument, { id: here.id });
  if (error && !data) return <Failure error={error} onRetry={reread} />;
  if (!data) {
    return (
      <div className={styles['columns']}>
        <Panel title="Project">
          <Skeleton lines={10} height="1.6rem" />
        </Panel>
        <Panel title="Calendars">
          <Skeleton lines={4} height="1.6rem" />
        </Panel>
      </div>
    );
  }
  const { project, viewer } = data;
  if (!project) return <Empty title="The project is gone." />;
  const isAdmin = viewer.permissions.includes('org.admin');
  return (
    <div className={styles['columns']}>
      <GeneralPanel
        key={project.id}
        project={project}
        orgZone={viewer.organisation.timezone}
        isAdmin={isAdmin}
      />
      <div className={styles['column']}>
        <CalendarsPanel
          projectId={project.id}
          calendars={data.calendars}
          canEdit={project.canEdit}
          onChanged={reread}
        />
        <DeletePanel project={project} isAdmin={isAdmin} />
      </div>
    </div>
  );
}
