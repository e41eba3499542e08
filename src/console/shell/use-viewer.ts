/** Who looks at the page, from what the shell has read already. */
import { useQuery } from 'urql';
import { ShellViewerDocument, type ShellViewerPartsFragment } from '../generated/graphql.ts';

/** undefined until it is read. */
export function useViewer(): ShellViewerPartsFragment | undefined {
  const [{ data }] = useQuery({ query: ShellViewerDocument });
  return data?.viewer;
}

/** Whether one administers the organisation; null until that is read. */
export function useIsAdmin(): boolean | null {
  return useViewer()?.permissions.includes('org.admin') ?? null;
}
