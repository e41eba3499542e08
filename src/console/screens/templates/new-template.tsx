/** A new template: the editor, beginning from a small example. */
import { lazy, Suspense } from 'react';
import { Empty, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { useIsAdmin } from '../../shell/use-viewer.ts';
import { useDraftGuard } from '../scenario/use-draft-guard.ts';

const NewEditor = lazy(() => import('./editor/new-editor.tsx'));

const KEY = 'new template';

export default function NewTemplate() {
  const { project } = usePlace();
  const isAdmin = useIsAdmin();
  useDraftGuard(KEY, location.pathname);
  return (
    <Page
      title="New template"
      crumbs={[{ href: paths.templates(project.slug), label: 'Templates' }]}
    >
      {isAdmin === false ? (
        <Empty title="You may look at templates; who administers the organisation may make them." />
      ) : (
        <Suspense fallback={<Skeleton lines={14} />}>
          {isAdmin && <NewEditor draftKey={KEY} />}
        </Suspense>
      )}
    </Page>
  );
}
