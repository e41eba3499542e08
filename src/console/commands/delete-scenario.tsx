/** Deletes a scenario, after naming what depends on it. */
import { Link } from 'wouter';
import { useQuery } from 'urql';
import { DeleteScenarioDocument, ScenarioDependantsDocument } from '../generated/graphql.ts';
import { useCommand } from '../live/use-command.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Failure, Refusal, Skeleton } from '../parts/notice.tsx';
import { paths, usePlace } from '../shell/place.ts';
import styles from './commands.module.css';

type Target = { readonly id: string; readonly name: string };

/** Mount it while it is open. @param onDeleted in place of `onClose`, where the page goes with the scenario. */
export function DeleteDialog({
  scenario,
  onClose,
  onDeleted = onClose,
}: {
  scenario: Target;
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const { send, sending, refused } = useCommand(DeleteScenarioDocument);
  const [{ data, error }, ask] = useQuery({
    query: ScenarioDependantsDocument,
    variables: { id: scenario.id },
    requestPolicy: 'network-only',
  });
  const dependants = data && (data.scenario?.downstreams ?? []);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${scenario.name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="danger"
            busy={sending}
            disabled={!dependants}
            onClick={() => void send({ id: scenario.id }).then((answer) => answer && onDeleted())}
          >
            Delete the scenario
          </Button>
        </>
      }
    >
      <p>
        It fires no more and cannot be brought back. An active run finishes, waiting ones are
        cancelled; its runs stay readable.
      </p>
      {error && <Failure error={error} onRetry={() => ask()} />}
      {!data && !error && <Skeleton lines={1} />}
      {dependants && <Dependants scenarios={dependants} onLeave={onClose} />}
      <Refusal refused={refused} />
    </Dialog>
  );
}

function Dependants({
  scenarios,
  onLeave,
}: {
  scenarios: readonly (Target & { databaseId: number })[];
  onLeave: () => void;
}) {
  const { project } = usePlace();
  if (scenarios.length === 0) return <p className={styles['quiet']}>No scenario depends on it.</p>;
  return (
    <div className={styles['warning']}>
      <p>
        {scenarios.length === 1 ? 'One scenario fires' : `${scenarios.length} scenarios fire`} on
        its success and will be broken until edited:
      </p>
      <ul className={styles['names']}>
        {scenarios.map(({ id, databaseId, name }) => (
          <li key={id}>
            <Link href={paths.scenario(project.slug, databaseId)} onClick={onLeave}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
