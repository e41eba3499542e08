/** Since when what is shown may be out of date. */
import { useEffect, useState } from 'react';
import { useConnection } from './socket.ts';

// A socket that is opened anew at once, as with a new cookie, is nobody's worry.
const SILENT_MS = 700;

/** When the connection was lost, on this machine's clock in ms; null while there is one, and for the first moment
 *  without. */
export function useLost(): number | null {
  const { state, since } = useConnection();
  const isLost = state === 'lost';
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(isLost), isLost ? SILENT_MS : 0);
    return () => clearTimeout(timer);
  }, [isLost]);
  return isLost && told ? since : null;
}
