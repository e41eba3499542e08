/** The end of a project: what goes with it is told first, and its slug is asked for. */
import { useState, type SubmitEvent } from 'react';
import { useQuery } from 'urql';
import { useLocation } from 'wouter';
import { DeleteProjectDocument, SettingsDependantsDocument } from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Failure, Refusal, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { count as whole } from '../../../parts/progress.tsx';
import { problemAt, withoutFields } from '../refused-at.ts';
import type { Project } from './general-panel.tsx';
import parts from '../parts.module.css';
import styles from './delete-panel.module.css';

export function DeletePanel({ project, isAdmin }: { project: Project; isAdmin: boolean }) {
  const [asking, setAsking] = useState(false);
  return (
    <Panel
      title="Delete the project"
      actions={
        isAdmin && (
          <Button kind="danger" icon={<Icon name="bin" />} onClick={() => setAsking(true)}>
            Delete …
          </Button>
        )
      }
    >
      <p className={parts['why']}>
        {isAdmin
          ? 'With everything in it, its history and the tables that it built. You see what that is first.'
          : 'Deleting a project needs org.admin.'}
      </p>
      {asking && <DeleteProject project={project} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function DeleteProject({ project, onClose }: { project: Project; onClose: () => void }) {
  const [slug, setSlug] = useState('');
  const [, navigate] = useLocation();
  const { send, sending, refused } = useCommand(DeleteProjectDocument);
  const [{ data, error }, ask] = useQuery({
    query: SettingsDependantsDocument,
    variables: { id: project.id },
    requestPolicy: 'network-only',
  });
  const isMeant = slug.trim() === project.slug;

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!isMeant || !data) return;
    if (!(await send({ id: project.id, confirmSlug: slug.trim() }))) return;
    // The list of projects is read again with the page, and leads to another one.
    navigate('/', { replace: true });
    location.reload();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${project.name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            type="submit"
            form="delete-project"
            kind="danger"
            busy={sending}
            disabled={!isMeant || !data}
          >
            Delete the project for good
          </Button>
        </>
      }
    >
      <form id="delete-project" className={parts['form']} onSubmit={(event) => void submit(event)}>
        <p>It cannot be brought back. What goes with it:</p>
        {error && <Failure error={error} onRetry={() => ask()} />}
        {!data && !error && <Skeleton lines={4} />}
        {data && <Dependants dependants={data.projectDependants} />}
        <Refusal refused={withoutFields(refused, [['confirmSlug']])} />
        <Field
          label={`Type ${project.slug} to delete it`}
          problem={problemAt(refused, 'confirmSlug')}
        >
          {(given) => (
            <input
              {...given}
              value={slug}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => setSlug(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}

type Dependant = {
  readonly kind: string;
  readonly count: number;
  readonly names: readonly string[];
};

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  template: ['template switched on', 'templates switched on'],
  token: ['token that is for it', 'tokens that are for it'],
  table: ['table of its warehouse', 'tables of its warehouse'],
};

const MANY_RUNS = 10_000;

function Dependants({ dependants }: { dependants: readonly Dependant[] }) {
  if (dependants.length === 0) return <p className={parts['why']}>Nothing: it is empty.</p>;
  return (
    <div
      className={styles['dependants']}
      // Higher than its place it scrolls, so it can be reached by keyboard.
      tabIndex={0}
      role="region"
      aria-label="What goes with it"
    >
      <ul>
        {dependants.map(({ kind, count, names }) => {
          const [one, many] = WORDS[kind] ?? [kind, `${kind}s`];
          const isMore = kind === 'run' && count >= MANY_RUNS;
          const rest = count - names.length;
          return (
            <li key={kind}>
              <b>
                {whole(count)}
                {isMore && ' or more'} {count === 1 ? one : many}
              </b>
              {names.length > 0 && (
                <span>
                  {names.join(', ')}
                  {rest > 0 && ` and ${whole(rest)} more`}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
