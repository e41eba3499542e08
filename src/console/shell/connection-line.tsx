/** Says when what is shown may be out of date, and since when. */
import { useConnection } from '../live/socket.ts';
import { Age } from '../parts/time.tsx';
import { clock } from '../words/time.ts';
import { useEffect, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import styles from './shell.module.css';

// A socket that is opened anew at once, as with a new cookie, is nobody's worry.
const SILENT_MS = 700;

export function ConnectionLine() {
  const { state, since } = useConnection();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const isLost = state === 'lost';
    const timer = setTimeout(() => setShown(isLost), isLost ? SILENT_MS : 0);
    return () => clearTimeout(timer);
  }, [state]);
  useEffect(() => {
    document.documentElement.toggleAttribute('data-stale', shown);
  }, [shown]);
  return (
    <div role="status" className={styles['connection']}>
      {shown && (
        <p>
          <Icon name="warn" />
          <span>
            The connection is lost. What you see is as of {clock(since)}, <Age since={since} /> ago;
            it is brought up to date by itself.
          </span>
        </p>
      )}
    </div>
  );
}
