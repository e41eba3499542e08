/** Whether the window is a phone's, where the rail goes below the page. */
import { useSyncExternalStore } from 'react';

const query = matchMedia('(max-width: 52rem)');

function subscribe(onChange: () => void): () => void {
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}

export const useIsNarrow = (): boolean => useSyncExternalStore(subscribe, () => query.matches);
