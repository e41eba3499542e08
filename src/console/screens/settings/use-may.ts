/** What one may do on the whole organisation: what one may not do is not offered. */
import { useQuery } from 'urql';
import { SettingsMayDocument } from '../../generated/graphql.ts';

/** Whether one is an administrator; null until it is known. */
export function useIsAdmin(): boolean | null {
  const [{ data }] = useQuery({ query: SettingsMayDocument });
  return data ? data.viewer.permissions.includes('org.admin') : null;
}
