/** One project out of all; where there are many, of those that are called so. */
import { useState, type ComponentProps } from 'react';
import { useQuery } from 'urql';
import { ShellProjectsDocument } from '../../generated/graphql.ts';
import { SearchField } from '../../parts/search-field.tsx';
import { usePlace, type Project } from '../../shell/place.ts';
import styles from './settings.module.css';

/** What the shell knows of; more are looked for. */
const KNOWN = 100;

export function ProjectSelect({
  value,
  onProject,
  none,
  except = [],
  ...given
}: Omit<ComponentProps<'select'>, 'value' | 'onChange'> & {
  value: Project | null;
  onProject: (project: Project | null) => void;
  /** What having none is called. */
  none: string;
  /** Ids of those that cannot be chosen. */
  except?: readonly string[];
}) {
  const { project, projects } = usePlace();
  const [q, setQ] = useState('');
  const [{ data }] = useQuery({
    query: ShellProjectsDocument,
    variables: { q },
    pause: q === '',
  });
  const found = q === '' ? [project, ...projects] : (data?.projects.nodes ?? []);
  const offered = [...(value ? [value] : []), ...found].filter(
    ({ id }, index, all) =>
      !except.includes(id) && all.findIndex((each) => each.id === id) === index,
  );
  return (
    <div className={styles['rows']}>
      {projects.length >= KNOWN && (
        <SearchField
          label="Find projects"
          placeholder="Name or slug of a project"
          text={q}
          onText={setQ}
        />
      )}
      <select
        {...given}
        value={value?.id ?? ''}
        onChange={({ target }) => onProject(offered.find(({ id }) => id === target.value) ?? null)}
      >
        <option value="">{none}</option>
        {offered.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
