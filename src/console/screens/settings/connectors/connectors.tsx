/** Where data comes from and what mail goes through: the connectors of the project and of the organisation. Which one
 *  is edited stands in the address. */
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { SettingsConnectorsDocument } from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { ButtonLink } from '../../../parts/button.tsx';
import { Empty, Failure, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { usePlace } from '../../../shell/place.ts';
import { ConnectorEditor } from './connector-editor.tsx';
import { ConnectorList } from './connector-list.tsx';
import { connectorPaths, type Connector } from './connector.ts';
import { useTests } from './use-tests.ts';

export default function Connectors() {
  const { project } = usePlace();
  const [search] = useSearchParams();
  const { data, error, reread } = useLiveQuery(SettingsConnectorsDocument, {
    projectId: project.id,
  });
  const tests = useTests();
  // Those made here: their editor stays the same one, with its focus, when its address becomes theirs.
  const [made, setMade] = useState<readonly Connector[]>([]);
  if (error && !data) return <Failure error={error} onRetry={reread} />;
  if (!data) {
    return (
      <Panel title="Connectors">
        <Skeleton lines={6} height="1.6rem" />
      </Panel>
    );
  }
  const { connectors, connectorTypes: types } = data;
  const isAdmin = data.viewer.permissions.includes('org.admin');
  const id = search.get('connector');
  const isNew = search.has('new');
  if (id === null && !isNew) {
    return (
      <ConnectorList
        connectors={connectors}
        types={types}
        isAdmin={isAdmin}
        tests={tests}
        onChanged={reread}
      />
    );
  }
  const isMeant = ({ databaseId }: Connector) => String(databaseId) === id;
  const connector = isNew ? null : (connectors.find(isMeant) ?? made.find(isMeant));
  if (connector === undefined || !isAdmin) {
    return (
      <Empty
        title={
          isAdmin
            ? 'There is no such connector for this project.'
            : 'Making and changing connectors needs org.admin.'
        }
      >
        <ButtonLink href={connectorPaths.list(project.slug)}>To the connectors</ButtonLink>
      </Empty>
    );
  }
  const place = isNew ? made.length : made.findIndex(isMeant);
  return (
    <ConnectorEditor
      key={place === -1 ? id : `new ${place}`}
      connector={connector}
      types={types}
      tests={tests}
      onChanged={reread}
      onMade={(one) => {
        setMade((before) => [...before, one]);
        reread();
      }}
    />
  );
}
