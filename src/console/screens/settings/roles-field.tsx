/** Roles, on the whole organisation and on single projects, of a person or of a group. */
import { useRef, useState } from 'react';
import type { Role } from '../../generated/graphql.ts';
import { Button } from '../../parts/button.tsx';
import { Field, inputClass } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import type { Project } from '../../shell/place.ts';
import { ProjectSelect } from './project-select.tsx';
import { RoleSelect } from './role-select.tsx';
import { roleLabel } from './roles.ts';
import styles from './settings.module.css';

export type ProjectRole = {
  readonly project: { readonly id: string; readonly name: string };
  readonly role: Role;
};
export type Roles = { readonly org: Role | null; readonly projects: readonly ProjectRole[] };

/** What is given by groups anyway. */
export type Floor = { readonly role: Role; readonly groups: readonly string[] };

export function RolesField({
  roles,
  onRoles,
  floorOf = () => null,
  problemOf = () => null,
}: {
  roles: Roles;
  onRoles: (roles: Roles) => void;
  /** @param projectId null: on the whole organisation. */
  floorOf?: (projectId: string | null) => Floor | null;
  /** @param index of the project's role. */
  problemOf?: (index: number) => string | null;
}) {
  const orgFloor = floorOf(null);
  const setProjects = (projects: readonly ProjectRole[]) => onRoles({ ...roles, projects });
  return (
    <>
      <Field
        label="On the whole organisation"
        help={
          orgFloor
            ? floorWords(orgFloor)
            : 'On every project, those to come included. Administrators also keep members, connectors and these settings.'
        }
      >
        {(given) => (
          <RoleSelect
            {...given}
            value={roles.org}
            none="None"
            atLeast={orgFloor?.role ?? null}
            onRole={(org) => onRoles({ ...roles, org })}
          />
        )}
      </Field>
      <fieldset className={styles['group']}>
        <legend>On single projects</legend>
        <ul className={styles['rows']}>
          {roles.projects.map(({ project, role }, index) => {
            const floor = floorOf(project.id);
            const problem = problemOf(index);
            const others = roles.projects.filter((_, at) => at !== index);
            return (
              <li key={project.id}>
                <span>{project.name}</span>
                <RoleSelect
                  short
                  aria-label={`Role on ${project.name}`}
                  value={role}
                  atLeast={floor?.role ?? null}
                  onRole={(next) =>
                    next &&
                    setProjects(
                      roles.projects.map((each) =>
                        each.project.id === project.id ? { project, role: next } : each,
                      ),
                    )
                  }
                />
                <Button
                  kind="quiet"
                  icon={<Icon name="close" size={14} />}
                  aria-label={`No role on ${project.name}`}
                  title={`No role on ${project.name}`}
                  disabled={floor !== null}
                  onClick={() => setProjects(others)}
                />
                {floor && <p className={styles['small']}>{floorWords(floor)}</p>}
                {problem !== null && <p className={styles['problem']}>{problem}</p>}
              </li>
            );
          })}
        </ul>
        <AddProject
          taken={roles.projects.map(({ project }) => project.id)}
          onAdd={(added) => setProjects([...roles.projects, added])}
        />
      </fieldset>
    </>
  );
}

function AddProject({
  taken,
  onAdd,
}: {
  taken: readonly string[];
  onAdd: (added: ProjectRole) => void;
}) {
  const [project, setProject] = useState<Project | null>(null);
  const [role, setRole] = useState<Role>('VIEWER');
  const box = useRef<HTMLDivElement>(null);
  return (
    <div ref={box} className={styles['add']}>
      <ProjectSelect
        className={inputClass}
        aria-label="Another project"
        value={project}
        none="Another project …"
        except={taken}
        onProject={setProject}
      />
      <RoleSelect
        short
        aria-label="Role on it"
        value={role}
        disabled={project === null}
        onRole={(next) => next && setRole(next)}
      />
      <Button
        disabled={project === null}
        onClick={() => {
          if (!project) return;
          onAdd({ project, role });
          setProject(null);
          // The button can be pressed no more, and would take the focus with it.
          box.current?.querySelector<HTMLElement>('select')?.focus();
        }}
      >
        Add
      </Button>
    </div>
  );
}

function floorWords({ role, groups }: Floor): string {
  return `${roleLabel(role)} through ${groups.join(', ')}; for less, change the group.`;
}
