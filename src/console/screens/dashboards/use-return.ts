/** How often one came back to the tab: what is not pushed is read again then. */
import { useEffect, useState } from 'react';

export function useReturn(): number {
  const [returns, setReturns] = useState(0);
  useEffect(() => {
    const note = () => document.visibilityState === 'visible' && setReturns((n) => n + 1);
    document.addEventListener('visibilitychange', note);
    return () => document.removeEventListener('visibilitychange', note);
  }, []);
  return returns;
}
