/** What stands where templates would: none made yet, none that matches. */
import { ButtonLink } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Empty } from '../../parts/notice.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { useIsAdmin } from '../../shell/use-viewer.ts';
import { hrefOf, type Filters } from './filters.ts';

export function NoMatch({ filters }: { filters: Filters }) {
  const { project } = usePlace();
  const isFiltered = filters.text !== '' || filters.projects !== '' || filters.state !== null;
  if (!isFiltered) return <NoneYet />;
  const all = { ...filters, text: '', projects: '', state: null, template: null };
  return (
    <Empty title="Nothing matches">
      <p>No template has it in its name or slug, or none stands so in these projects.</p>
      <ButtonLink href={hrefOf(project.slug, all)} icon={<Icon name="close" />}>
        Clear filters
      </ButtonLink>
    </Empty>
  );
}

export function NoneYet() {
  const { project } = usePlace();
  const isAdmin = useIsAdmin() ?? false;
  return (
    <Empty title="No templates yet">
      <p>
        A template is a scenario with gaps: projects fill them in and switch it on, each getting a
        scenario of its own that follows the template.
      </p>
      {isAdmin && (
        <ButtonLink
          kind="primary"
          icon={<Icon name="plus" />}
          href={paths.newTemplate(project.slug)}
        >
          New template
        </ButtonLink>
      )}
    </Empty>
  );
}
