/** The configuration of a scenario, to read and to change. */
import { useMemo, useState } from 'react';
import { usePlace } from '../../shell/place.ts';
import { baseOf, Editor } from './editor/editor.tsx';
import type { Scenario } from './use-scenario.ts';

export default function ConfigurationPart({ scenario }: { scenario: Scenario }) {
  const { project } = usePlace();
  const [saved, setSaved] = useState<number | null>(null);
  const { version, configuration } = scenario;
  const base = useMemo(() => baseOf(version, configuration), [version, configuration]);
  return (
    <>
      <Editor
        target={{
          key: String(scenario.databaseId),
          scenario,
          projectId: project.id,
          base,
          canEdit: scenario.canEdit,
        }}
        onSaved={(after) => setSaved(after.version)}
      />
      <p role="status" className="visually-hidden">
        {saved !== null && `Saved as version ${saved}.`}
      </p>
    </>
  );
}
