/** What differs between a revision and now, or the one before it, and the way back to it. */
import { useState } from 'react';
import {
  DashboardComparisonDocument,
  DashboardRestoreDocument,
} from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { Choice } from '../../../parts/choice.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Failure, Refusal, Skeleton } from '../../../parts/notice.tsx';
import type { Dashboard } from '../dashboard.tsx';
import { Changes } from './changes.tsx';
import type { Revision } from './history-drawer.tsx';
import styles from './history.module.css';

export function Comparison({
  dashboard,
  revision: { revision },
  before,
  isNewest,
  onRestored,
}: {
  dashboard: Dashboard;
  revision: Revision;
  /** The one before it, where it is read already. */
  before: number | null;
  isNewest: boolean;
  onRestored: () => void;
}) {
  const [side, setSide] = useState<'now' | 'before'>(
    isNewest && before !== null ? 'before' : 'now',
  );
  const [asking, setAsking] = useState(false);
  const isBefore = side === 'before' && before !== null;
  const { data, error, reread } = useLiveQuery(
    DashboardComparisonDocument,
    isBefore
      ? { id: dashboard.id, from: before, to: revision }
      : { id: dashboard.id, from: revision, to: null },
    dashboard.version,
  );
  const { send, sending, refused, clear } = useCommand(DashboardRestoreDocument);
  const labels = isBefore
    ? ([`revision ${before}`, `revision ${revision}`] as const)
    : ([`revision ${revision}`, 'now'] as const);
  return (
    <div className={styles['comparison']}>
      <div className={styles['bar']}>
        {before !== null && (
          <Choice
            label="Compare"
            options={[
              { value: 'before', label: `Since revision ${before}` },
              { value: 'now', label: 'From it to now' },
            ]}
            value={side}
            onChange={setSide}
          />
        )}
        {dashboard.canEdit && (
          <Button icon={<Icon name="history" />} onClick={() => setAsking(true)}>
            Restore revision {revision}
          </Button>
        )}
      </div>
      {error && <Failure error={error} onRetry={reread} />}
      {!data && !error && <Skeleton lines={3} />}
      {data && <Changes changes={data.compareDashboard} labels={labels} />}
      <Dialog
        open={asking}
        onClose={() => {
          setAsking(false);
          clear();
        }}
        title={`Restore revision ${revision}?`}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Back</Button>
            <Button
              kind="primary"
              busy={sending}
              onClick={() =>
                void send({ id: dashboard.id, revision }).then((answer) => {
                  if (!answer) return;
                  setAsking(false);
                  onRestored();
                })
              }
            >
              Restore it
            </Button>
          </>
        }
      >
        <p>
          The dashboard becomes what it was then. What it is now stays on record, so this can be
          undone the same way.
        </p>
        <Refusal refused={refused} />
      </Dialog>
    </div>
  );
}
