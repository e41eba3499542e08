/** Leaving what is typed and not saved asks first. */
import { useMemo } from 'react';
import { useLeaveGuard } from '../../shell/leave-guard.tsx';
import { dropDraft, hasChanges } from './draft.ts';

/** @param path within which one may move about. */
export function useDraftGuard(key: string, path: string): void {
  useLeaveGuard(
    useMemo(
      () => ({
        isHeld: () => hasChanges(key),
        stays: (to: string) => to === path || to.startsWith(`${path}/`),
        letGo: () => dropDraft(key),
      }),
      [key, path],
    ),
  );
}
