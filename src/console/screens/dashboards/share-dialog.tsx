/** Links that show a dashboard to whoever has them: made here, shown once, ended here. */
import { useId, useState } from 'react';
import {
  DashboardShareMakeDocument,
  DashboardShareRevokeDocument,
  DashboardSharesDocument,
  type DashboardShareMode,
  type DashboardSharePartsFragment,
} from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { useNow } from '../../live/now.ts';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Failure, Refusal, Skeleton } from '../../parts/notice.tsx';
import { Moment } from '../../parts/time.tsx';
import { Once } from '../settings/once.tsx';
import type { Dashboard } from './dashboard.tsx';
import styles from './dialogs.module.css';

const MODES = [
  { value: 'LIVE', label: 'Live' },
  { value: 'FROZEN', label: 'Frozen' },
] as const satisfies readonly { value: DashboardShareMode; label: string }[];

const MODE_WORDS: Record<DashboardShareMode, string> = {
  LIVE: 'The dashboard as it is whenever somebody looks.',
  FROZEN: 'The cards as they are now, whatever becomes of them; figures are those of the moment.',
};

const DAYS = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'A year'],
  ['', 'Until it is revoked'],
] as const;

const MINUTE_MS = 60_000;

export default function ShareDialog({
  dashboard: { id, title },
  onClose,
}: {
  dashboard: Dashboard;
  onClose: () => void;
}) {
  const form = useId();
  const [mode, setMode] = useState<DashboardShareMode>('LIVE');
  const [days, setDays] = useState('30');
  const [url, setUrl] = useState<string | null>(null);
  const { data, error, reread } = useLiveQuery(DashboardSharesDocument, { id });
  const { send, sending, refused } = useCommand(DashboardShareMakeDocument);

  async function make() {
    const validDays = days === '' ? null : Number(days);
    const made = (await send({ id, mode, validDays }))?.shareDashboard;
    if (made?.__typename !== 'SharedDashboard') return;
    setUrl(made.url);
    reread();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Share ${title}`}
      actions={
        url === null ? (
          <>
            <Button onClick={onClose}>Close</Button>
            <Button kind="primary" type="submit" form={form} busy={sending}>
              Make a link
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => setUrl(null)}>Another link</Button>
            <Button kind="primary" onClick={onClose}>
              Done
            </Button>
          </>
        )
      }
    >
      {url === null ? (
        <form
          id={form}
          style={{ display: 'contents' }}
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <p>Whoever has the link sees the cards that you may see, without signing in.</p>
          <div>
            <Choice label="What it shows" options={MODES} value={mode} onChange={setMode} />
            <p className={styles['quiet']}>{MODE_WORDS[mode]}</p>
          </div>
          <Field label="It ends after">
            {(given) => (
              <select {...given} value={days} onChange={({ target }) => setDays(target.value)}>
                {DAYS.map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </form>
      ) : (
        <Once label="The link" text={url} warning="It is not shown again: copy it now." />
      )}
      <Refusal refused={refused} />
      <h3>Links so far</h3>
      {error && <Failure error={error} onRetry={reread} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && <Shares shares={data.dashboard?.shares ?? []} onChange={reread} />}
    </Dialog>
  );
}

function Shares({
  shares,
  onChange,
}: {
  shares: readonly DashboardSharePartsFragment[];
  onChange: () => void;
}) {
  const { send, sending, refused } = useCommand(DashboardShareRevokeDocument);
  const now = useNow(MINUTE_MS);
  if (shares.length === 0) return <p className={styles['quiet']}>None.</p>;
  return (
    <>
      <ul className={styles['shares']} aria-label="Links so far">
        {shares.map((share) => {
          const { id, mode, revision, createdAt, expiresAt, revokedAt, publisher } = share;
          const isOver = expiresAt != null && Date.parse(expiresAt) <= now;
          const what = mode === 'LIVE' ? 'Live' : `Frozen at revision ${revision}`;
          return (
            <li key={id} data-ended={revokedAt != null || isOver || undefined}>
              <div>
                <p>
                  {what}, made <Moment at={createdAt} /> by{' '}
                  {publisher?.name ?? 'somebody who has left'}
                </p>
                <p className={styles['quiet']}>
                  {revokedAt != null ? (
                    <>
                      Revoked <Moment at={revokedAt} />
                    </>
                  ) : expiresAt == null ? (
                    'Open until it is revoked'
                  ) : (
                    <>
                      {isOver ? 'Ended' : 'Ends'} <Moment at={expiresAt} />
                    </>
                  )}
                </p>
              </div>
              {revokedAt == null && !isOver && (
                <Button
                  kind="danger"
                  busy={sending}
                  onClick={() => void send({ id }).then((answer) => answer && onChange())}
                >
                  Revoke
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      <Refusal refused={refused} />
    </>
  );
}
