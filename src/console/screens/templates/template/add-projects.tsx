/** Projects in which a template is to be switched on: found by a part of their names, several at once. */
import { useState } from 'react';
import { useQuery } from 'urql';
import {
  TemplateProjectsDocument,
  type TemplateProjectPartsFragment,
} from '../../../generated/graphql.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { count } from '../../../parts/progress.tsx';
import { SearchField } from '../../../parts/search-field.tsx';
import type { Template } from '../template.tsx';
import styles from './template.module.css';

const SHOWN = 50;

/** Mount it while it is open. */
export function AddProjects({
  template,
  onClose,
  onChosen,
}: {
  template: Template;
  onClose: () => void;
  onChosen: (projectIds: readonly string[]) => void;
}) {
  const [q, setQ] = useState('');
  const [chosen, setChosen] = useState<ReadonlyMap<string, TemplateProjectPartsFragment>>(
    new Map(),
  );
  const [{ data, error, fetching }] = useQuery({
    query: TemplateProjectsDocument,
    variables: { q, first: SHOWN },
  });
  const [kept, setKept] = useState(data);
  if (data && !fetching && data !== kept) setKept(data);
  const found = kept?.projects.nodes ?? [];
  const total = kept?.projects.totalCount ?? 0;
  // What was chosen stays in sight, whatever is looked for now.
  const shown = [...chosen.values(), ...found.filter(({ id }) => !chosen.has(id))];
  const toggle = (project: TemplateProjectPartsFragment) => {
    const next = new Map(chosen);
    if (!next.delete(project.id)) next.set(project.id, project);
    setChosen(next);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Switch on ${template.displayName}`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="primary"
            disabled={chosen.size === 0}
            onClick={() => onChosen([...chosen.keys()])}
          >
            {chosen.size > 1 ? `Values for ${count(chosen.size)} projects` : 'Values'}
          </Button>
        </>
      }
    >
      <SearchField label="Find projects" placeholder="Name or slug" text={q} onText={setQ} />
      {error && <Failure error={error} />}
      {!kept && !error && <Skeleton lines={6} height="1.5rem" />}
      <ul className={styles['choices']}>
        {shown.map((project) => (
          <li key={project.id}>
            <label>
              <input
                type="checkbox"
                checked={chosen.has(project.id)}
                onChange={() => toggle(project)}
              />
              <span>{project.name}</span> <code>{project.slug}</code>
            </label>
          </li>
        ))}
      </ul>
      <p role="status" className={styles['quiet']}>
        {kept &&
          (total > found.length
            ? `${count(found.length)} of ${count(total)} are shown; look for others by name.`
            : `${count(total)} ${total === 1 ? 'project' : 'projects'} found.`)}
      </p>
    </Dialog>
  );
}
