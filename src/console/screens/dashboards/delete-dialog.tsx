/** Deletes a dashboard, after naming the scenarios whose reports need it. */
import { Link } from 'wouter';
import { useQuery } from 'urql';
import { DashboardDeleteDocument, DashboardUsesDocument } from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Button } from '../../parts/button.tsx';
import { Callout } from '../../parts/callout.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure, Refusal, Skeleton } from '../../parts/notice.tsx';
import { paths } from '../../shell/place.ts';
import type { Dashboard } from './dashboard.tsx';
import styles from './dialogs.module.css';

export default function DeleteDialog({
  dashboard: { id, title },
  onClose,
  onDeleted,
}: {
  dashboard: Dashboard;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { send, sending, refused } = useCommand(DashboardDeleteDocument);
  const [{ data, error }, ask] = useQuery({
    query: DashboardUsesDocument,
    variables: { id },
    requestPolicy: 'network-only',
  });
  const uses = data?.dashboard?.usedBy;
  const total = uses ? uses.scenarios.length + uses.hidden : 0;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${title}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="danger"
            busy={sending}
            disabled={!uses}
            onClick={() =>
              void send({ id, confirm: total > 0 }).then((answer) => answer && onDeleted())
            }
          >
            {total > 0 ? 'Delete it all the same' : 'Delete the dashboard'}
          </Button>
        </>
      }
    >
      <p>Its cards, its history and its links go with it, for good.</p>
      {error && <Failure error={error} onRetry={() => ask()} />}
      {!data && !error && <Skeleton lines={1} />}
      {uses && total === 0 && <p className={styles['quiet']}>No scenario mails it.</p>}
      {uses && total > 0 && (
        <Callout
          tone="warn"
          title={`${total === 1 ? 'One scenario mails' : `${total} scenarios mail`} it and will fail without it:`}
        >
          <ul className={styles['names']}>
            {uses.scenarios.map(({ scenario, steps }) => (
              <li key={scenario.id}>
                <Link
                  href={paths.scenario(scenario.project.slug, scenario.databaseId)}
                  onClick={onClose}
                >
                  {scenario.name}
                </Link>{' '}
                <span className={styles['quiet']}>
                  {steps.length === 1 ? 'step' : 'steps'} {steps.join(', ')}
                </span>
              </li>
            ))}
            {uses.hidden > 0 && <li>{uses.hidden} more that you may not see</li>}
          </ul>
        </Callout>
      )}
      <Refusal refused={refused} />
    </Dialog>
  );
}
