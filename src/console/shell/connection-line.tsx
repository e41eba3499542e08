/** Says when what is shown may be out of date, and since when. */
import { useEffect } from 'react';
import { useLost } from '../live/lost.ts';
import { Icon } from '../parts/icon.tsx';
import { Ago } from '../parts/time.tsx';
import { clock } from '../words/time.ts';
import styles from './shell.module.css';

export function ConnectionLine() {
  const since = useLost();
  const isShown = since !== null;
  useEffect(() => {
    document.documentElement.toggleAttribute('data-stale', isShown);
  }, [isShown]);
  return (
    <div role="status" className={styles['connection']}>
      {since !== null && (
        <p>
          <Icon name="warn" />
          <span>
            The connection is lost. What you see is as of {clock(since)} (<Ago at={since} />
            ); it is brought up to date by itself.
          </span>
        </p>
      )}
    </div>
  );
}
