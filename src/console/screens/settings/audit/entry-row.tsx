/** One change in a line; pressed, what differs. */
import { lazy, Suspense, useId, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../../parts/button.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Skeleton } from '../../../parts/notice.tsx';
import { Moment } from '../../../parts/time.tsx';
import { usePlace } from '../../../shell/place.ts';
import { actionWords, nounOf } from './actions.ts';
import { useFilters } from './filters.ts';
import { hrefOf, nameOf, type Entry } from './resource.ts';
import styles from './audit.module.css';

// Weighs more than the list, and most lines are never opened.
const EntryDifference = lazy(() => import('./entry-difference.tsx'));

export function EntryRow({ entry }: { entry: Entry }) {
  const { at, user, action, resourceType, resourceId, address } = entry;
  const place = usePlace();
  const { searchOf } = useFilters();
  const [isOpen, setOpen] = useState(false);
  const detail = useId();
  const href = hrefOf(entry, place);
  const name = nameOf(entry) ?? resourceId;
  return (
    <li>
      <div className={styles['line']}>
        <Button
          kind="quiet"
          icon={<Icon name={isOpen ? 'down' : 'right'} size={14} />}
          aria-expanded={isOpen}
          aria-controls={detail}
          aria-label={`What changed: ${actionWords(action, resourceType)} ${name}`}
          onClick={() => setOpen(!isOpen)}
        />
        <span className={styles['at']}>
          <Moment at={at} />
        </span>
        <span className={styles['who']}>{user?.name ?? 'The system'}</span>
        <span className={styles['what']}>
          {actionWords(action, resourceType)}{' '}
          {href ? <Link href={href}>{name}</Link> : <b>{name}</b>}
        </span>
        <code className={styles['action']}>{action}</code>
      </div>
      <div id={detail} hidden={!isOpen} className={styles['detail']}>
        {isOpen && (
          <>
            <p className={styles['quiet']}>
              {user && `${user.email}, `}
              {address === null ? 'no address' : `from ${address}`} · {nounOf(resourceType)}{' '}
              {resourceId} ·{' '}
              <Link href={searchOf({ of: `${resourceType}:${resourceId}`, what: '' })}>
                All changes of it
              </Link>
            </p>
            <Suspense fallback={<Skeleton lines={4} />}>
              <EntryDifference entry={entry} />
            </Suspense>
          </>
        )}
      </div>
    </li>
  );
}
