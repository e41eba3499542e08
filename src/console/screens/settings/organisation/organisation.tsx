/** The organisation's settings: its name and zone, whom mail may go to, how long history is kept; pausing everything;
 *  the tile on other pages. */
import { SettingsOrganisationDocument } from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { GeneralPanel } from './general-panel.tsx';
import { PausePanel } from './pause-panel.tsx';
import { TilesPanel } from './tiles-panel.tsx';
import parts from '../parts.module.css';

export default function OrganisationSettings() {
  const { data, error, reread } = useLiveQuery(SettingsOrganisationDocument, {});
  if (error && !data) return <Failure error={error} onRetry={reread} />;
  if (!data) {
    return (
      <div className={parts['columns']}>
        <Panel title="Organisation">
          <Skeleton lines={10} height="1.6rem" />
        </Panel>
        <Panel title="Pause">
          <Skeleton lines={2} />
        </Panel>
      </div>
    );
  }
  const isAdmin = data.viewer.permissions.includes('org.admin');
  return (
    <div className={parts['columns']}>
      <GeneralPanel organisation={data.organisation} isAdmin={isAdmin} />
      <div className={parts['column']}>
        <PausePanel organisation={data.organisation} mayChange={isAdmin} onChanged={reread} />
        {isAdmin ? (
          <TilesPanel />
        ) : (
          <Panel title="Tile links">
            <p className={parts['why']}>Links to the scheduler’s tile need org.admin.</p>
          </Panel>
        )}
      </div>
    </div>
  );
}
