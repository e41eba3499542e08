/** The facts below a template's title. */
import { count } from '../../../parts/progress.tsx';
import { Ago } from '../../../parts/time.tsx';
import type { Template } from '../template.tsx';
import styles from './template.module.css';

export function Meta({ template }: { template: Template }) {
  const { slug, description, triggerText, counts, version, updatedAt, defaultEnabled } = template;
  const { on, off, needsValues, broken } = counts;
  const standing = [
    `on in ${count(on)}`,
    ...(needsValues > 0 ? [`needs values in ${count(needsValues)}`] : []),
    ...(broken > 0 ? [`broken in ${count(broken)}`] : []),
    ...(off > 0 ? [`off in ${count(off)}`] : []),
  ];
  return (
    <>
      {description !== '' && <p className={styles['description']}>{description}</p>}
      <dl className={styles['facts']}>
        <div>
          <dt>Slug</dt>
          <dd>
            <code>{slug}</code>
          </dd>
        </div>
        <div>
          <dt>Fires</dt>
          <dd>{triggerText || 'only by hand'}</dd>
        </div>
        <div>
          <dt>Projects</dt>
          <dd>{standing.join(', ')}</dd>
        </div>
        <div>
          <dt>New projects</dt>
          <dd>{defaultEnabled ? 'begin with it on' : 'begin without it'}</dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>
            {version}, <Ago at={updatedAt} />
          </dd>
        </div>
      </dl>
    </>
  );
}
