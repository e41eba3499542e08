/** The editor of a template that is not made yet. Goes to it once it is. */
import { useLocation } from 'wouter';
import { paths, usePlace } from '../../../shell/place.ts';
import { TemplateEditor } from './template-editor.tsx';

/** It can be made as it stands. */
const EXAMPLE = {
  slug: 'nightly-refresh',
  display_name: 'Nightly refresh',
  description: 'Syncs a dataset every night and keeps what the dashboards showed.',
  parameters: [
    { name: 'dataset', type: 'dataset_ref', help: 'What is synced.' },
    { name: 'at', type: 'cron', default: '0 2 * * *', help: 'When.' },
    { name: 'zone', type: 'timezone', default: 'UTC', help: 'On whose clocks.' },
  ],
  trigger: { cron: '{{ param.at }}', timezone: '{{ param.zone }}' },
  steps: [
    { kind: 'sync_dataset', dataset: '{{ param.dataset }}' },
    { kind: 'snapshot_dashboards', change_note: 'Nightly snapshot' },
  ],
};
const BASE = { version: null, configuration: EXAMPLE };

export default function NewEditor({ draftKey }: { draftKey: string }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  return (
    <TemplateEditor
      target={{ key: draftKey, template: null, base: BASE, canEdit: true }}
      onSaved={({ template }) =>
        navigate(paths.template(project.slug, template.slug), { replace: true })
      }
    />
  );
}
