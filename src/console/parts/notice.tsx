/** What stands where content would: nothing there yet, something went wrong (in the server's words), not read yet. */
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import type { Refused } from '../live/use-command.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import styles from './notice.module.css';

/** @param children what one may do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <p className={styles['title']}>{title}</p>
      {children !== undefined && <div className={styles['words']}>{children}</div>}
    </div>
  );
}

/** Shown where it belongs, in the server's words. */
export function Failure({ error, onRetry }: { error: CombinedError; onRetry?: () => void }) {
  const requestId = error.graphQLErrors[0]?.extensions['requestId'];
  const words =
    error.graphQLErrors.map(({ message }) => message).join(' ') ||
    'The server cannot be reached. This page tries again by itself.';
  return (
    <div role="alert" className={styles['failure']}>
      <Icon name="warn" />
      <div>
        <p>{words}</p>
        {typeof requestId === 'string' && <p className={styles['small']}>Request {requestId}</p>}
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** Why a command was refused, every problem with its place. */
export function Refusal({ refused }: { refused: Refused | null }) {
  if (!refused) return null;
  return (
    <div role="alert" className={styles['failure']}>
      <Icon name="warn" />
      <div>
        <p>{refused.message}</p>
        {refused.problems.length > 0 && (
          <ul className={styles['problems']}>
            {refused.problems.map(({ at, message }) => (
              <li key={`${at} ${message}`}>
                {at && <code>{at}</code>} {message}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** Grey lines in the size of what comes, so that nothing jumps when it does. */
export function Skeleton({ lines = 3, height }: { lines?: number; height?: string }) {
  return (
    <div className={styles['skeleton']} aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: lines }, (_, n) => (
        <span key={n} style={{ width: `${92 - ((n * 17) % 40)}%`, ...(height && { height }) }} />
      ))}
    </div>
  );
}
