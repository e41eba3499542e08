/** Links that show the scheduler's tile on other pages: made, put into a page, revoked. */
import { useState, type SubmitEvent } from 'react';
import {
  CreateTileLinkDocument,
  RevokeTileLinkDocument,
  SettingsTileLinksDocument,
  type TileLinkPartsFragment,
} from '../../../generated/graphql.ts';
import { useNow } from '../../../live/now.ts';
import { useCommand } from '../../../live/use-command.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { Button } from '../../../parts/button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty, Failure, Refusal, Skeleton } from '../../../parts/notice.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Ago } from '../../../parts/time.tsx';
import styles from './organisation.module.css';

type TileLink = TileLinkPartsFragment;

const frameOf = ({ url }: TileLink) =>
  `<iframe src="${url}" width="320" height="180" title="Scheduler" style="border: 0"></iframe>`;

/** For those who may: the API tells them to administrators only. */
export function TilesPanel() {
  const { data, error, reread } = useLiveQuery(SettingsTileLinksDocument, {});
  const [making, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<TileLink | null>(null);
  const now = useNow(60_000);
  const links = data?.tileLinks;
  const isOpen = ({ revokedAt, expiresAt }: TileLink) =>
    revokedAt === null && Date.parse(expiresAt) > now;
  const shown = links?.toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)));
  return (
    <Panel
      title="Tile links"
      note="the scheduler’s health on pages of yours"
      flush
      actions={
        <Button icon={<Icon name="plus" />} onClick={() => setMaking(true)}>
          New link
        </Button>
      }
    >
      {error && !data && (
        <div className={styles['inset']}>
          <Failure error={error} onRetry={reread} />
        </div>
      )}
      {!data && !error && (
        <div className={styles['inset']}>
          <Skeleton lines={3} />
        </div>
      )}
      {links?.length === 0 && (
        <Empty title="No link yet.">
          <p>Whoever has a link sees whether the scheduler is alive, and nothing else.</p>
        </Empty>
      )}
      <ul className={styles['tiles']}>
        {shown?.map((link) => (
          <li key={link.id} data-ended={!isOpen(link) || undefined}>
            <div>
              <b>
                {link.origins.length > 0 ? link.origins.join(', ') : 'This service’s own pages'}
              </b>
              <span>
                {link.createdBy ? `${link.createdBy.name}, ` : ''}
                <Ago at={link.createdAt} /> · {stateOf(link, now)}
              </span>
            </div>
            {isOpen(link) && (
              <div className={styles['actions']}>
                <CopyButton label="Copy the frame" text={() => frameOf(link)} />
                <Button kind="quiet" icon={<Icon name="stop" />} onClick={() => setRevoked(link)}>
                  Revoke
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {making && <MakeLink onClose={() => setMaking(false)} onMade={reread} />}
      {revoked && <RevokeLink link={revoked} onClose={() => setRevoked(null)} onRevoked={reread} />}
    </Panel>
  );
}

function stateOf({ revokedAt, expiresAt }: TileLink, now: number) {
  if (revokedAt !== null)
    return (
      <>
        revoked <Ago at={revokedAt} />
      </>
    );
  const isOver = Date.parse(expiresAt) <= now;
  return (
    <>
      {isOver ? 'ended' : 'goes dark'} <Ago at={expiresAt} />
    </>
  );
}

function MakeLink({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const { send, sending, refused } = useCommand(CreateTileLinkDocument);
  const [made, setMade] = useState<TileLink | null>(null);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const origins = String(given.get('origins'))
      .split(/[\s,]+/)
      .filter(Boolean);
    const answer = await send({ origins, validDays: Number(given.get('days')) });
    if (answer?.createTileLink.__typename !== 'TileLink') return;
    setMade(answer.createTileLink);
    onMade();
  }

  if (made) {
    return (
      <Dialog
        open
        onClose={onClose}
        title="The link is made"
        actions={
          <>
            <CopyButton label="Copy the frame" text={() => frameOf(made)} />
            <Button kind="primary" onClick={onClose}>
              Done
            </Button>
          </>
        }
      >
        <p>Put this into your page. It can be copied again from the list while it lasts.</p>
        <pre className={styles['frame']} tabIndex={0} role="region" aria-label="The frame’s HTML">
          {frameOf(made)}
        </pre>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="New tile link"
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form="tile" kind="primary" busy={sending}>
            Make the link
          </Button>
        </>
      }
    >
      <form id="tile" onSubmit={(event) => void submit(event)} className={styles['stack']}>
        <Refusal refused={refused} />
        <Field
          label="Pages that may frame it"
          help="Origins, a line each, as in https://intranet.example. None: this service’s own pages alone."
        >
          {(given) => <textarea {...given} name="origins" rows={3} spellCheck={false} />}
        </Field>
        <Field label="Days that it lasts" help="1 to 3,650; then it goes dark.">
          {(given) => (
            <input
              {...given}
              name="days"
              type="number"
              min={1}
              max={3650}
              defaultValue={365}
              required
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}

function RevokeLink({
  link,
  onClose,
  onRevoked,
}: {
  link: TileLink;
  onClose: () => void;
  onRevoked: () => void;
}) {
  const { send, sending, refused } = useCommand(RevokeTileLinkDocument);
  return (
    <Dialog
      open
      onClose={onClose}
      title="Revoke the link?"
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            kind="danger"
            busy={sending}
            onClick={() =>
              void send({ id: link.id }).then((answer) => {
                if (!answer) return;
                onRevoked();
                onClose();
              })
            }
          >
            Revoke it
          </Button>
        </>
      }
    >
      <p>
        What it shows{link.origins.length > 0 ? ` on ${link.origins.join(', ')}` : ''} goes dark
        within a minute, for good.
      </p>
      <Refusal refused={refused} />
    </Dialog>
  );
}
