/** What stands where rows would: not read yet, none made yet, none that matches. */
import { ButtonLink } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Empty } from '../../parts/notice.tsx';
import { paths, usePlace } from '../../shell/place.ts';
import { hrefOf, type Filters } from './filters.ts';
import styles from './scenarios.module.css';

const COMMAND = 'npm run cli -- apply scenario.yaml';
const LINES = 8;

export function ListSkeleton() {
  return (
    <div className={styles['list']} role="status" aria-busy="true" aria-label="Loading">
      <div className={styles['head']} />
      {Array.from({ length: LINES }, (_, n) => (
        <div key={n} className={styles['grey']}>
          <span style={{ width: `${34 - ((n * 7) % 16)}%` }} />
        </div>
      ))}
    </div>
  );
}

export function NoneYet() {
  const { project } = usePlace();
  return (
    <div className={styles['nothing']}>
      <Empty title="No scenarios yet">
        <p>
          A scenario is a trigger and a list of steps: “every night at two, refresh these datasets,
          then snapshot the dashboards”.
        </p>
        {project.canEdit && (
          <>
            <ButtonLink
              kind="primary"
              icon={<Icon name="plus" />}
              href={paths.newScenario(project.slug)}
            >
              New scenario
            </ButtonLink>
            <p>or from a file, on the command line:</p>
            <p className={styles['command']}>
              <code>{COMMAND}</code>
              <CopyButton text={() => COMMAND} />
            </p>
          </>
        )}
      </Empty>
    </div>
  );
}

export function NoMatch({ order }: { order: Filters['order'] }) {
  const { project } = usePlace();
  const all = hrefOf(project.slug, { text: '', state: null, kind: null, order });
  return (
    <div className={styles['nothing']}>
      <Empty title="No scenario matches">
        <p>Neither name, slug nor description of any has it in this selection.</p>
        <ButtonLink href={all} icon={<Icon name="close" />}>
          Clear filters
        </ButtonLink>
      </Empty>
    </div>
  );
}
