/** A template at a glance: what projects fill in, which steps it makes, and its cells. */
import { Empty } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { paths, usePlace } from '../../../shell/place.ts';
import { configuredSteps } from '../../scenario/configured-steps.ts';
import { StepPicture } from '../../scenario/step-picture.tsx';
import { showList, showPlain } from '../../scenario/editor/use-typed.ts';
import type { Template } from '../template.tsx';
import { CellsPanel } from './cells-panel.tsx';
import styles from './template.module.css';

export function Overview({ template, pulse }: { template: Template; pulse: number | null }) {
  const { project } = usePlace();
  return (
    <div className={styles['overview']}>
      <div className={styles['whole']}>
        <CellsPanel template={template} pulse={pulse} />
      </div>
      <Panel title="Parameters" note="What a project fills in" flush>
        <Parameters template={template} />
      </Panel>
      <Panel title="Steps">
        <StepPicture
          steps={configuredSteps(template.configuration)}
          latest={undefined}
          href={paths.template(project.slug, template.slug, 'edit')}
        />
      </Panel>
    </div>
  );
}

function Parameters({ template: { parameters } }: { template: Template }) {
  if (parameters.length === 0) return <Empty title="None: every project gets the same." />;
  return (
    <table className={styles['parameters']}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col">Default</th>
        </tr>
      </thead>
      <tbody>
        {parameters.map(({ name, type, options, default: byDefault, required, help }) => {
          const hasDefault = byDefault !== null && byDefault !== undefined;
          const shown = Array.isArray(byDefault) ? showList(byDefault) : showPlain(byDefault);
          return (
            <tr key={name}>
              <td>
                <code>{name}</code>
                {help && <p>{help}</p>}
              </td>
              <td className={styles['type']}>
                {type.toLowerCase()}
                {options.length > 0 && <p>{options.join(', ')}</p>}
              </td>
              <td>
                {hasDefault ? <code>{shown}</code> : required ? 'none: required' : 'none: optional'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
