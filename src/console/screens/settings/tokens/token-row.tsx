/** One token: whose it is, what it may do, when it was used, until when it is good. */
import { Button } from '../../../parts/button.tsx';
import { StateMark } from '../../../parts/state-mark.tsx';
import { Ago, Moment } from '../../../parts/time.tsx';
import { isGood, scopeWords, TOKEN_LOOKS, tokenState, type Token } from './token-words.ts';
import styles from '../settings.module.css';

export function TokenRow({
  token,
  nowMs,
  withOwner,
  onRevoke,
}: {
  token: Token;
  nowMs: number;
  /** The list is of everybody's. */
  withOwner: boolean;
  onRevoke: () => void;
}) {
  const { name, prefix, scopes, user, project, createdAt, lastUsedAt, expiresAt, revokedAt } =
    token;
  const isOver = !isGood(token, nowMs) || undefined;
  return (
    <tr data-over={isOver}>
      <td className={styles['name']} data-over={isOver}>
        <b>{name}</b>
        <span className={styles['small']}>
          <code>{prefix}…</code> issued <Moment at={createdAt} />
        </span>
      </td>
      <td>
        <StateMark looks={TOKEN_LOOKS} state={tokenState(token, nowMs)} />
      </td>
      {withOwner && (
        <td className={styles['wide']} data-label="Owner">
          {token.isMine ? 'You' : (user?.name ?? 'somebody who has left')}
        </td>
      )}
      <td data-label="May" className={styles['wide']}>
        {scopeWords(scopes)}
      </td>
      <td className={styles['wide']} data-label="Project" data-over={!project || undefined}>
        {project?.name ?? 'As each request says'}
      </td>
      <td className={styles['time']} data-label="Last used" data-over={!lastUsedAt || undefined}>
        {lastUsedAt ? <Ago at={lastUsedAt} /> : 'Never'}
      </td>
      <td className={styles['time']} data-label="Ends">
        {revokedAt ? (
          <>
            revoked <Moment at={revokedAt} />
          </>
        ) : expiresAt ? (
          <Ago at={expiresAt} />
        ) : (
          'Once revoked'
        )}
      </td>
      <td className={styles['end']}>
        {!isOver && (
          <Button kind="quiet" aria-label={`Revoke ${name}`} onClick={onRevoke}>
            Revoke
          </Button>
        )}
      </td>
    </tr>
  );
}
