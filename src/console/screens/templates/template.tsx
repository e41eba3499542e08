/** One template: what it asks for and does, how it stands in every project, and its editor. */
import { lazy, Suspense, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import {
  TemplateChangedDocument,
  TemplateDocument,
  type TemplateQuery,
} from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { useStream } from '../../live/use-stream.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu, MenuItem, MenuLink } from '../../parts/menu.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { useIsAdmin } from '../../shell/use-viewer.ts';
import { useIsChanged } from '../scenario/draft.ts';
import { useDraftGuard } from '../scenario/use-draft-guard.ts';
import { hrefOf } from './filters.ts';
import { DeleteTemplate } from './template/delete-template.tsx';
import { Meta } from './template/meta.tsx';
import { Overview } from './template/overview.tsx';

// An editor weighs more than all the rest.
const EditPart = lazy(() => import('./editor/edit-part.tsx'));

export type Template = NonNullable<TemplateQuery['template']>;

export default function TemplateScreen() {
  const { slug = '', part = '' } = useParams();
  return <Watched key={slug} slug={slug} part={part} />;
}

function Watched({ slug, part }: { slug: string; part: string }) {
  const { project } = usePlace();
  const changes = useStream(TemplateChangedDocument, {});
  const { data, error, reread } = useLiveQuery(TemplateDocument, { slug }, changes.pulse);
  const crumbs = [{ href: paths.templates(project.slug), label: 'Templates' }];
  // One that is given another slug while it is looked at is still the same.
  const [known, setKnown] = useState<Template | null>(null);
  const found = data?.template ?? null;
  if (found && found !== known) setKnown(found);
  const [goneId, setGoneId] = useState<string | null>(null);
  const isGone = known !== null && isDeleted(changes.data?.matrix.deletedTemplateIds, known.id);
  if (isGone && goneId !== known.id) setGoneId(known.id);
  const template = found ?? (known?.id === goneId ? null : known);
  if (template) return <Shown template={template} part={part} pulse={changes.pulse} />;
  return (
    <Page title={data ? 'No such template' : 'Template'} crumbs={crumbs}>
      {error && !data ? (
        <Failure error={error} onRetry={reread} />
      ) : data ? (
        <Empty title="It was deleted, or never was.">
          <p>The scenarios that it made stay where they are.</p>
          <ButtonLink href={paths.templates(project.slug)}>To the templates</ButtonLink>
        </Empty>
      ) : (
        <Skeleton lines={10} />
      )}
    </Page>
  );
}

const isDeleted = (ids: readonly string[] | undefined, id: string) => ids?.includes(id) ?? false;

function Shown({
  template,
  part,
  pulse,
}: {
  template: Template;
  part: string;
  pulse: number | null;
}) {
  const { project } = usePlace();
  const isAdmin = useIsAdmin() ?? false;
  const [, navigate] = useLocation();
  const [deleting, setDeleting] = useState(false);
  const address = (at: string) => paths.template(project.slug, template.slug, at);
  const isChanged = useIsChanged(template.id);
  useDraftGuard(template.id, address(''));
  const matrix = hrefOf(project.slug, {
    ...{ view: 'matrix', text: template.slug, projects: '', state: null },
    template: template.slug,
  });
  return (
    <Page
      title={template.displayName}
      crumbs={[{ href: paths.templates(project.slug), label: 'Templates' }]}
      meta={<Meta template={template} />}
      actions={
        <>
          <ButtonLink href={matrix} icon={<Icon name="grid" />}>
            In the matrix
          </ButtonLink>
          {isAdmin && (
            <Menu trigger={<Button icon={<Icon name="more" />} aria-label="More" title="More" />}>
              <MenuLink icon={<Icon name="edit" />} href={address('edit')}>
                Edit
              </MenuLink>
              <MenuItem danger icon={<Icon name="bin" />} onSelect={() => setDeleting(true)}>
                Delete
              </MenuItem>
            </Menu>
          )}
        </>
      }
    >
      <TabLinks
        label="Parts of this template"
        current={address(part)}
        tabs={[
          { href: address(''), label: 'Overview' },
          {
            href: address('edit'),
            label: `${isAdmin ? 'Edit' : 'Configuration'}${isChanged ? ' (not saved)' : ''}`,
          },
        ]}
      />
      <Suspense fallback={<Skeleton lines={12} />}>
        {part === '' ? (
          <Overview template={template} pulse={pulse} />
        ) : part === 'edit' ? (
          <EditPart
            template={template}
            canEdit={isAdmin}
            onMoved={(slug) =>
              navigate(paths.template(project.slug, slug, 'edit'), { replace: true })
            }
          />
        ) : (
          <Empty title="There is nothing at this address." />
        )}
      </Suspense>
      {deleting && (
        <DeleteTemplate
          template={template}
          onClose={() => setDeleting(false)}
          onDeleted={() => navigate(paths.templates(project.slug), { replace: true })}
        />
      )}
    </Page>
  );
}
