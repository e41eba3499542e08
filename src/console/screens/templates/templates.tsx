/** The organisation's templates: as a list, and as a matrix that says where each is on. */
import { lazy, Suspense, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { ButtonLink } from '../../parts/button.tsx';
import { inputClass } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Skeleton } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { useIsAdmin } from '../../shell/use-viewer.ts';
import type { CellState } from '../../generated/graphql.ts';
import { hrefOf, readFilters, type Filters } from './filters.ts';
import { TemplateList } from './list/template-list.tsx';
import { CELL_LOOKS } from './looks.ts';
import styles from './templates.module.css';

const MatrixView = lazy(() => import('./matrix/matrix-view.tsx'));

const STATES: readonly CellState[] = ['ON', 'OFF', 'NEEDS_VALUES', 'BROKEN'];

export default function Templates() {
  const { project } = usePlace();
  const isAdmin = useIsAdmin() ?? false;
  const search = useSearch();
  const filters = useMemo(() => readFilters(new URLSearchParams(search)), [search]);
  const isMatrix = filters.view === 'matrix';
  const href = (change: Partial<Filters>) => hrefOf(project.slug, { ...filters, ...change });
  // Which template a phone shows is no filter.
  const { text, projects, state } = filters;
  const asked = useMemo(
    (): Filters => ({ view: 'matrix', text, projects, state, template: null }),
    [text, projects, state],
  );
  return (
    <Page
      title="Templates"
      actions={
        isAdmin && (
          <ButtonLink
            kind="primary"
            icon={<Icon name="plus" />}
            href={paths.newTemplate(project.slug)}
          >
            New template
          </ButtonLink>
        )
      }
    >
      <TabLinks
        label="Views"
        current={href({})}
        tabs={[
          { href: href({ view: 'list' }), label: 'List' },
          { href: href({ view: 'matrix' }), label: 'Matrix' },
        ]}
      />
      <FilterBar filters={filters} isMatrix={isMatrix} href={href} />
      {isMatrix ? (
        <Suspense fallback={<Skeleton lines={10} height="1.75rem" />}>
          <MatrixView filters={asked} template={filters.template} />
        </Suspense>
      ) : (
        <TemplateList filters={filters} />
      )}
    </Page>
  );
}

function FilterBar({
  filters,
  isMatrix,
  href,
}: {
  filters: Filters;
  isMatrix: boolean;
  href: (change: Partial<Filters>) => string;
}) {
  const [, navigate] = useLocation();
  // The first letter is a step that Back undoes, the others refine it.
  const refine = (before: string, after: string, change: Partial<Filters>) =>
    navigate(href(change), { replace: before !== '' && after !== '' });
  return (
    <search className={styles['filters']}>
      <SearchField
        label="Find templates"
        placeholder={isMatrix ? 'Template: name or slug' : 'Name, slug or description'}
        text={filters.text}
        onText={(text) => refine(filters.text, text, { text })}
      />
      {isMatrix && (
        <>
          <SearchField
            label="Find projects"
            placeholder="Project: name or slug"
            text={filters.projects}
            onText={(projects) => refine(filters.projects, projects, { projects })}
          />
          <select
            className={inputClass}
            aria-label="State"
            value={filters.state ?? ''}
            onChange={({ target }) =>
              navigate(href({ state: (target.value || null) as CellState | null }))
            }
          >
            <option value="">Any state</option>
            {STATES.map((state) => (
              <option key={state} value={state}>
                {CELL_LOOKS[state].label}
              </option>
            ))}
          </select>
        </>
      )}
    </search>
  );
}
