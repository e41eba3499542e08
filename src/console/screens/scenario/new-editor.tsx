/** The editor of a scenario that is not made yet. Goes to it once it is. */
import { useLocation } from 'wouter';
import { paths, usePlace } from '../../shell/place.ts';
import { Editor } from './editor/editor.tsx';

/** It can be made as it stands, in every project. */
const EXAMPLE = {
  name: 'Nightly snapshot',
  trigger: { cron: '0 2 * * *' },
  steps: [{ kind: 'snapshot_dashboards', change_note: 'Nightly snapshot' }],
};
const BASE = { version: null, configuration: EXAMPLE };

export default function NewEditor({ draftKey }: { draftKey: string }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  return (
    <Editor
      target={{
        key: draftKey,
        scenario: null,
        projectId: project.id,
        base: BASE,
        canEdit: project.canEdit,
      }}
      onSaved={({ databaseId }) =>
        navigate(paths.scenario(project.slug, databaseId), { replace: true })
      }
    />
  );
}
