/** A new scenario: the editor, beginning from a small example. */
import { lazy, Suspense } from 'react';
import { paths, usePlace } from '../../shell/place.ts';
import { Empty, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { useDraftGuard } from './use-draft-guard.ts';

const NewEditor = lazy(() => import('./new-editor.tsx'));

export default function NewScenario() {
  const { project } = usePlace();
  const key = `new in ${project.id}`;
  useDraftGuard(key, location.pathname);
  return (
    <Page
      title="New scenario"
      crumbs={[{ href: paths.scenarios(project.slug), label: 'Scenarios' }]}
    >
      {project.canEdit ? (
        <Suspense fallback={<Skeleton lines={14} />}>
          <NewEditor draftKey={key} />
        </Suspense>
      ) : (
        <Empty title="You may look at this project; a designer may add scenarios to it." />
      )}
    </Page>
  );
}
