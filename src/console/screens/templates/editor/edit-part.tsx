/** The configuration of a template, to read and to change. */
import { useMemo, useState } from 'react';
import { Callout } from '../../../parts/callout.tsx';
import { count } from '../../../parts/progress.tsx';
import { Button } from '../../../parts/button.tsx';
import type { Template } from '../template.tsx';
import type { Saved } from './review-template.tsx';
import { TemplateEditor } from './template-editor.tsx';
import { tidyTemplate } from './template-configuration.ts';

export default function EditPart({
  template,
  canEdit,
  onMoved,
}: {
  template: Template;
  canEdit: boolean;
  /** It has another slug now. */
  onMoved: (slug: string) => void;
}) {
  const [saved, setSaved] = useState<Saved | null>(null);
  const { version, configuration } = template;
  const base = useMemo(
    () => ({ version, configuration: tidyTemplate(configuration) }),
    [version, configuration],
  );
  return (
    <>
      {saved && (
        <Callout
          tone={saved.broken.length > 0 ? 'warn' : 'calm'}
          icon="history"
          title={`Saved as version ${saved.template.version}; ${count(saved.changed)} ${
            saved.changed === 1 ? 'project follows' : 'projects follow'
          } it.`}
          actions={<Button onClick={() => setSaved(null)}>Good</Button>}
        >
          {saved.broken.length > 0 && (
            <ul>
              {saved.broken.map(({ id, project, problem }) => (
                <li key={id}>
                  <b>{project.name}</b> stays as it was: {problem}
                </li>
              ))}
            </ul>
          )}
        </Callout>
      )}
      <TemplateEditor
        target={{ key: template.id, template, base, canEdit }}
        onSaved={(after) => {
          setSaved(after);
          if (after.template.slug !== template.slug) onMoved(after.template.slug);
        }}
      />
    </>
  );
}
