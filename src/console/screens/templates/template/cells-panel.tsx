/** How a template stands in the projects that have or had it on: state, problem, what they changed, their scenario; and
 *  a way to switch it on in others. */
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import {
  TemplateCellsDocument,
  type CellState,
  type TemplateCellPartsFragment,
} from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { FilterLinks, useFilter } from '../../../parts/filter-links.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Failure, Refusal, Skeleton } from '../../../parts/notice.tsx';
import { Pager, usePageVariables } from '../../../parts/pager.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { StateMark } from '../../../parts/state-mark.tsx';
import { Ago } from '../../../parts/time.tsx';
import { paths } from '../../../shell/place.ts';
import { useIsAdmin } from '../../../shell/use-viewer.ts';
import { SCENARIO_LOOKS } from '../../../words/states.ts';
import { CELL_LOOKS, overrideWords } from '../looks.ts';
import { useSwitches } from '../matrix/use-switches.ts';
import type { Template } from '../template.tsx';
import { AddProjects } from './add-projects.tsx';
import styles from './template.module.css';

const ValuesDialog = lazy(() => import('../values/values-dialog.tsx'));

const PAGE = 25;
// Of a cell's problems.
const TOLD = 2;
const STATES = ['on', 'off', 'needs-values', 'broken'] as const;
const STATE_OF = {
  on: 'ON',
  off: 'OFF',
  'needs-values': 'NEEDS_VALUES',
  broken: 'BROKEN',
} as const satisfies Record<(typeof STATES)[number], CellState>;

// The stream brings what was switched; nothing has to be told twice.
const nothingToLearn = () => undefined;

export function CellsPanel({ template, pulse }: { template: Template; pulse: number | null }) {
  const isAdmin = useIsAdmin() ?? false;
  const page = usePageVariables(PAGE);
  const [chosen] = useFilter('state', STATES) ?? [];
  const { data, error, reread } = useLiveQuery(
    TemplateCellsDocument,
    { id: template.id, ...page, state: chosen ? STATE_OF[chosen] : null },
    pulse,
  );
  const switches = useSwitches(nothingToLearn);
  const [adding, setAdding] = useState(false);
  const cells = data?.template?.cells;
  return (
    <Panel
      title="In projects"
      flush
      actions={
        isAdmin && (
          <Button icon={<Icon name="plus" />} onClick={() => setAdding(true)}>
            Switch on in more
          </Button>
        )
      }
    >
      <div className={styles['filters']}>
        <FilterLinks
          label="State"
          name="state"
          chosen={chosen ? [chosen] : null}
          single
          options={STATES.map((value) => ({ value, label: CELL_LOOKS[STATE_OF[value]].label }))}
        />
      </div>
      {error && <Failure error={error} onRetry={reread} />}
      {!cells && !error && (
        <div className={styles['skeleton']}>
          <Skeleton lines={4} height="1.5rem" />
        </div>
      )}
      {cells?.nodes.length === 0 && (
        <Empty title={chosen ? 'It stands so in no project.' : 'It was never on in any project.'} />
      )}
      {cells && cells.nodes.length > 0 && (
        <>
          <table className={styles['cells']} aria-label="Projects">
            <thead>
              <tr>
                <th scope="col">Project</th>
                <th scope="col">State</th>
                <th scope="col">Scenario</th>
                <th scope="col">Changed by the project</th>
                <th scope="col">Last switched</th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {cells.nodes.map((cell) => (
                <Row
                  key={cell.id}
                  cell={cell}
                  isAdmin={isAdmin}
                  isBusy={switches.busy.get(template.id)?.has(cell.project.id) ?? false}
                  onSwitch={(enabled) => void switches.flip(template, cell.project, enabled)}
                  onValues={() =>
                    switches.want({
                      templateId: template.id,
                      projectIds: [cell.project.id],
                      problems: [],
                    })
                  }
                />
              ))}
            </tbody>
          </table>
          <Pager
            label="Pages of projects"
            page={cells.pageInfo}
            total={cells.totalCount}
            words={['First', 'Before', 'Next']}
          />
        </>
      )}
      <p role="status" className="visually-hidden">
        {switches.said}
      </p>
      {adding && (
        <AddProjects
          template={template}
          onClose={() => setAdding(false)}
          onChosen={(projectIds) => {
            setAdding(false);
            switches.want({ templateId: template.id, projectIds, problems: [] });
          }}
        />
      )}
      {switches.wanted && (
        <Suspense>
          <ValuesDialog
            wanted={switches.wanted}
            readOnly={!isAdmin}
            onClose={() => switches.want(null)}
            onDone={({ refused }) => {
              const first = refused[0];
              switches.want(null);
              if (first) switches.refuse(template, refused);
            }}
          />
        </Suspense>
      )}
      {switches.refused && (
        <Dialog open onClose={switches.clear} title={switches.refused.title}>
          <Refusal refused={switches.refused.why} />
        </Dialog>
      )}
    </Panel>
  );
}

function Row({
  cell,
  isAdmin,
  isBusy,
  onSwitch,
  onValues,
}: {
  cell: TemplateCellPartsFragment;
  isAdmin: boolean;
  isBusy: boolean;
  onSwitch: (enabled: boolean) => void;
  onValues: () => void;
}) {
  const { project, state, problem, problems, scenario, overrides, updatedAt, updatedBy } = cell;
  return (
    <tr data-id={cell.id}>
      <td>
        <Link href={paths.scenarios(project.slug)}>{project.name}</Link>
      </td>
      <td>
        <StateMark looks={CELL_LOOKS} state={state} />
        {problem && <Why problem={problem} problems={problems} />}
      </td>
      <td>
        {scenario ? (
          <Link
            className={styles['scenario']}
            href={paths.scenario(project.slug, scenario.databaseId)}
          >
            <StateMark looks={SCENARIO_LOOKS} state={scenario.state} quiet />
            {scenario.name}
          </Link>
        ) : (
          <span className={styles['quiet']}>none</span>
        )}
      </td>
      <td data-label="Changed by the project:" data-none={overrides.length === 0 || undefined}>
        {overrides.length === 0 ? (
          <span className={styles['quiet']}>nothing</span>
        ) : (
          overrideWords(overrides)
        )}
      </td>
      <td>
        <Ago at={updatedAt} />
        {updatedBy && <span className={styles['quiet']}> by {updatedBy.name}</span>}
      </td>
      <td className={styles['actions']}>
        <Button kind="quiet" onClick={onValues} aria-label={`Values of ${project.name}`}>
          Values
        </Button>
        {isAdmin && (
          <Button
            busy={isBusy}
            aria-label={`Switch ${state === 'ON' ? 'off' : 'on'} in ${project.name}`}
            onClick={() => {
              if (state === 'NEEDS_VALUES' || state === 'BROKEN') onValues();
              else onSwitch(state !== 'ON');
            }}
          >
            {state === 'ON' ? 'Switch off' : state === 'OFF' ? 'Switch on' : 'Mend'}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** The first of the problems; the form has them all at their fields. */
function Why({
  problem,
  problems,
}: {
  problem: string;
  problems: TemplateCellPartsFragment['problems'];
}) {
  const more = problems.length - TOLD;
  if (problems.length === 0) return <p className={styles['problem']}>{problem}</p>;
  return (
    <ul className={styles['problem']}>
      {problems.slice(0, TOLD).map(({ at, message, path }) => (
        <li key={`${at} ${message}`}>
          {at && <code>{path[0] === 'values' ? path[1] : at}</code>} {message}
        </li>
      ))}
      {more > 0 && <li>and {more} more</li>}
    </ul>
  );
}
