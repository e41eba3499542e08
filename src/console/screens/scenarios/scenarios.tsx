/** Every scenario of the project: what makes it fire, when it does next, how it went of late, what stops it. */
import { useMemo } from 'react';
import { useSearch } from 'wouter';
import { ScenariosCountsDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Failure } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { FilterBar } from './filter-bar.tsx';
import { readFilters } from './filters.ts';
import { List } from './list.tsx';
import { ListSkeleton, NoMatch, NoneYet } from './nothing.tsx';
import { Reading } from './reading.tsx';
import { useRoster } from './use-roster.ts';
import styles from './scenarios.module.css';

export default function Scenarios() {
  const { project } = usePlace();
  return <ProjectScenarios key={project.id} />;
}

function ProjectScenarios() {
  const { project } = usePlace();
  const search = useSearch();
  const filters = useMemo(() => readFilters(new URLSearchParams(search)), [search]);
  const roster = useRoster(project.id, filters);
  const { rows, total, isComplete, isOld, error, reread } = roster;
  const counted = useLiveQuery(
    ScenariosCountsDocument,
    { projectId: project.id, text: filters.text || null, stepKind: filters.kind },
    roster.pulse || null,
  );
  const isKnown = isComplete && !isOld && total === 0;
  const isNoneYet = isKnown && counted.data?.every.totalCount === 0;
  return (
    <Page
      title="Scenarios"
      state={<Reading roster={roster} />}
      actions={
        project.canEdit &&
        !isNoneYet && (
          <ButtonLink
            kind="primary"
            icon={<Icon name="plus" />}
            href={paths.newScenario(project.slug)}
          >
            New scenario
          </ButtonLink>
        )
      }
    >
      {!isNoneYet && <FilterBar filters={filters} counts={counted.data} roster={roster} />}
      {error && <Failure error={error} onRetry={reread} />}
      <div className={styles['frame']}>
        {rows.length > 0 && <List roster={roster} />}
        {rows.length === 0 && !isKnown && !error && <ListSkeleton />}
        {isNoneYet && <NoneYet />}
        {isKnown && !isNoneYet && <NoMatch order={filters.order} />}
      </div>
    </Page>
  );
}
